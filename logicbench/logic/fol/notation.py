"""The notations of first-order formulas, how to tell them apart, and what each spells in which way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from logicbench.errors import UnknownNameError

Notation: TypeAlias = Literal["unicode", "prover9", "nltk", "tptp", "smtlib", "python", "latex"]
NOTATIONS: tuple[Notation, ...] = ("unicode", "prover9", "nltk", "tptp", "smtlib", "python", "latex")

_SYMBOLS: dict[tuple[str, str], str] = {
    ("infix", "iff"): "↔ ⟷ ⇔ ⟺ ≡ <-> <=> <--> <==> <—>",
    ("infix", "implies"): "→ ⟶ ⇒ ⟹ ⊃ ➔ ⇨ ➝ ➜ -> --> => ==> —> –> −> ~> ->> >>> ⊢ ⊨ ∴",
    ("infix", "implied"): "← ⇐ ⟸ ⟵ <- <-- <== :-",
    ("infix", "xor"): "⊕ ⊻ ⨁ ≢ <~> ⩒ (+)",
    ("infix", "and"): "∧ ⋀ & && /\\ ⋏ ＆ ^",
    ("infix", "or"): "∨ ⋁ | || \\/ ⋎ ｜",
    ("infix", "nand"): "↑ ⊼ ~&",
    ("infix", "nor"): "↓ ⊽ ~|",
    ("infix", "equal"): "= == ＝ ≈",
    ("infix", "unequal"): "≠ != =/= <> /= \\=",
    ("infix", "<="): "≤ ≦ ⩽ <= =<",
    ("infix", ">="): "≥ ≧ ⩾ >=",
    ("infix", "<"): "< ＜",
    ("infix", ">"): "> ＞",
    ("infix", "+"): "+ ＋",
    ("infix", "-"): "- − – —",
    ("infix", "*"): "* × · ∗ ⋅",
    ("infix", "/"): "/ ÷ ∕",
    ("infix", "in"): "∈",
    ("infix", "not_in"): "∉",
    ("not", "not"): "¬ ~ ! ￢ ∼",
    ("quantifier", "forall"): "∀ Ɐ",
    ("quantifier", "exists"): "∃ Ǝ",
    ("quantifier", "none"): "∄",
    ("truth", "true"): "⊤ $true $T",
    ("truth", "false"): "⊥ $false $F",
    ("open", "("): "( （ ⟨",
    ("close", ")"): ") ） ⟩",
    ("open", "["): "[ ［",
    ("close", "]"): "] ］",
    ("open", "{"): "{",
    ("close", "}"): "}",
    ("comma", ","): ", ， 、",
    ("semicolon", ";"): "; ；",
    ("colon", ":"): ": ：",
    ("dot", "."): ". 。",
}
_LATEX: dict[tuple[str, str], str] = {
    ("infix", "iff"): "leftrightarrow Leftrightarrow iff equiv longleftrightarrow Longleftrightarrow",
    ("infix", "implies"): "to rightarrow Rightarrow implies longrightarrow Longrightarrow supset",
    ("infix", "implied"): "leftarrow Leftarrow impliedby gets",
    ("infix", "xor"): "oplus veebar xor",
    ("infix", "and"): "land wedge bigwedge And",
    ("infix", "or"): "lor vee bigvee",
    ("infix", "nand"): "uparrow",
    ("infix", "nor"): "downarrow",
    ("infix", "equal"): "eq",
    ("infix", "unequal"): "neq ne",
    ("infix", "<="): "leq le leqslant",
    ("infix", ">="): "geq ge geqslant",
    ("infix", "<"): "lt",
    ("infix", ">"): "gt",
    ("infix", "*"): "cdot times ast",
    ("infix", "/"): "div",
    ("infix", "in"): "in",
    ("infix", "not_in"): "notin",
    ("not", "not"): "neg lnot sim",
    ("quantifier", "forall"): "forall",
    ("quantifier", "exists"): "exists",
    ("quantifier", "none"): "nexists",
    ("truth", "true"): "top",
    ("truth", "false"): "bot",
    ("open", "("): "lparen",
    ("close", ")"): "rparen",
    ("open", "["): "lbrack",
    ("close", "]"): "rbrack",
    ("colon", ":"): "colon",
}
_WORDS: dict[tuple[str, str], str] = {
    ("infix", "iff"): "iff equiv equivalent",
    ("infix", "implies"): "implies imp",
    ("infix", "xor"): "xor",
    ("infix", "and"): "and",
    ("infix", "or"): "or",
    ("infix", "nand"): "nand",
    ("infix", "nor"): "nor",
    ("infix", "in"): "in",
    ("not", "not"): "not",
    ("quantifier", "forall"): "forall all every foreach",
    ("quantifier", "exists"): "exists exist some",
    ("quantifier", "none"): "nexists",
}


def _invert(table: dict[tuple[str, str], str]) -> dict[str, tuple[str, str]]:
    return {spelling: token for token, spellings in table.items() for spelling in spellings.split()}


SYMBOLS = _invert(_SYMBOLS)
LATEX = _invert(_LATEX)
WORDS = _invert(_WORDS)
PRECEDENCE: dict[str, int] = {
    **dict.fromkeys(("*", "/"), 80),
    **dict.fromkeys(("+", "-"), 70),
    **dict.fromkeys(("equal", "unequal", "<", "<=", ">", ">=", "in", "not_in"), 60),
    **dict.fromkeys(("and", "nand"), 50),
    **dict.fromkeys(("or", "xor", "nor"), 40),
    **dict.fromkeys(("implies", "implied"), 30),
    "iff": 20,
    "comma": 5,
}
PREFIX_PRECEDENCE = 55
"""¬ and quantifiers bind tighter than ∧ and looser than =."""
RELATIONS = frozenset(("equal", "unequal", "<", "<=", ">", ">=", "in", "not_in"))
CONNECTIVES = frozenset(("and", "or", "xor", "implies", "implied", "iff", "nand", "nor"))


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is particular to one notation.

    Attributes:
        name: The notation.
        own: The spellings that the notation itself has; any other spelling is a repair.
        special: Spellings that mean something else here than in `SYMBOLS`.
        comments: A regular expression of the notation's own comments, or none.
        wide: Whether a quantifier reaches to the end of its bracket by definition.
        hyphenated: Whether ``-`` between letters or digits is a part of a name.
        capital_variables: Whether names in capitals are variables, and all others not.
    """

    name: Notation
    own: frozenset[str]
    special: dict[str, tuple[str, str]]
    comments: str | None = None
    wide: bool = False
    hyphenated: bool = True
    capital_variables: bool = False


def _own(text: str) -> frozenset[str]:
    return frozenset(text.split())


DIALECTS: dict[Notation, Dialect] = {
    "unicode": Dialect("unicode", _own("↔ → ⊕ ∧ ∨ = ≠ ≤ ≥ < > + - * / ¬ ∀ ∃ ⊤ ⊥ ( ) , :"), {"^": ("infix", "and")}),
    "prover9": Dialect(
        "prover9",
        _own("<-> -> <- & | = != <= >= < > + * / - ( ) , . $T $F all exists"),
        {"^": ("infix", "and")},
        comments=r"%[^\n]*",
    ),
    "nltk": Dialect(
        "nltk",
        _own("<-> -> & | = != - ( ) , . all exists some forall and or not implies iff"),
        {"^": ("infix", "and")},
        wide=True,
    ),
    "tptp": Dialect(
        "tptp",
        _own("<=> => <= <~> & | ~& ~| = != ~ ! ? [ ] ( ) , : . $true $false"),
        {"!": ("quantifier", "forall"), "?": ("quantifier", "exists"), "<=": ("infix", "implied")},
        comments=r"%[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)",
        hyphenated=False,
        capital_variables=True,
    ),
    "smtlib": Dialect("smtlib", frozenset(), {}, comments=r";[^\n]*"),
    "python": Dialect(
        "python",
        _own("& | ^ ~ == != <= >= < > + - * / ( ) [ ] , and or not ForAll Exists"),
        {"^": ("infix", "xor"), "=": ("infix", "equal")},
        comments=r"\#[^\n]*",
        hyphenated=False,
    ),
    "latex": Dialect("latex", _own("( ) , = < > + - * / : \\{ \\}"), {}, comments=r"(?<!\\)%[^\n]*", hyphenated=False),
}

_LOOKED_AT = 4000
_PYTHON = re.compile(r"\b(?:ForAll|And|Or|Not|Implies|Xor|Distinct|Iff)\s*\(|\bExists\s*\(\s*\[|\bCount\s*\(\s*\[")
_SMTLIB_HEADS = "assert|forall|exists|and|or|not|xor|distinct|let|ite|implies"
_SMTLIB = re.compile(
    rf"\s*\(\s*(?:(?:{_SMTLIB_HEADS})(?=[\s(])|(?:=>|<=|>=|<|>|=)(?=\s)"
    r"|declare-|define-|set-)"
)
_INFIX_CALL = re.compile(rf"\b(?!(?:{_SMTLIB_HEADS})\()[A-Za-z_]\w*\(")
_INFIX_SIGN = re.compile(r"[\w)]\s*(?:<?->|<?=>|&|\||∧|∨|→|↔|⊕|/\\|\\/)\s*[\w(¬~∀∃-]")
_TPTP = re.compile(r"\s*(?:fof|cnf|tff)\s*\(|[!?]\s*\[[^\[\]]*\]\s*:|\$(?:true|false|less|sum)\b|<~>")
_LATEX_TEXT = re.compile(
    r"\\(?:forall|exists|neg|lnot|land|lor|wedge|vee|to|rightarrow|Rightarrow|implies|iff|text|mathrm|oplus)\b"
)
_UNICODE = re.compile(r"[∀∃¬∧∨⊕→↔∄⊤⊥⇒⇔]")
_NLTK = re.compile(r"\b(?:all|exists|some|forall)\s+\w+(?:\s+\w+){0,8}\s*\.")
_ASCII = re.compile(r"\b(?:all|exists)\s+\w+\s*[\w(]|->|<->|&|\||(?<!\w)-\s*\w")


def _infix(text: str, start: str) -> bool:
    """Whether a text that begins as SMT-LIB does, as in ``(forall x (P(x) -> Q(x)))``, goes on in infix notation."""
    if start.endswith("-"):
        return False
    return _INFIX_CALL.search(text) is not None or _INFIX_SIGN.search(text) is not None


def detect(text: str) -> Notation:
    """Guess the notation of a formula from the spellings that only one of them has; ``unicode`` when nothing tells.

    Only the first few thousand characters are looked at.
    """
    text = text[:_LOOKED_AT]
    if _LATEX_TEXT.search(text):
        return "latex"
    if (found := _SMTLIB.match(text)) and not _infix(text, found.group()):
        return "smtlib"
    if _UNICODE.search(text):
        return "unicode"
    if _TPTP.search(text):
        return "tptp"
    if _PYTHON.search(text):
        return "python"
    if _NLTK.search(text):
        return "nltk"
    return "prover9" if _ASCII.search(text) else "unicode"


def notation_of(name: str, text: str) -> Notation:
    """Resolve the name of a notation, ``auto`` by looking at ``text``.

    Raises:
        UnknownNameError: no such notation.
    """
    if name == "auto":
        return detect(text)
    for notation in NOTATIONS:
        if name == notation:
            return notation
    raise UnknownNameError("notation", name, [*NOTATIONS, "auto"])
