"""Cut a formula in any of the infix notations into tokens; every spelling that is not the notation's own is noted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from logicbench.logic.fol.notation import DIALECTS, LATEX, SYMBOLS, WORDS, Dialect, Notation
from logicbench.logic.fol.notes import Note


class Token(NamedTuple):
    """One token: its kind, its meaning, and where it stands."""

    kind: str
    value: str
    position: int
    end: int


@dataclass(slots=True)
class Lexed:
    """The tokens of a text, the last of kind ``end``, and the notes made on the way."""

    tokens: list[Token]
    notes: list[Note]


_BLANK = "\\s\u00a0\u200b-\u200f\u2060\ufeff"
_STRING = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|“[^”“]*”|‘[^’‘\n]*’"
_NUMBER = r"[0-9]+(?:\.[0-9]+)?(?![\w]|[.%]\w)"
_NUMBER_HYPHENATED = r"[0-9]+(?:\.[0-9]+)?(?![\w%]|[-.'’:/]\w)"
_CONNECTORS = "[-.'’ʼ‘‐‑$%\\#@]"
_HYPHENATED = (
    rf"[$£€?]?\w+(?:{_CONNECTORS}\w+|/(?=[^\W\d_])(?<=[^\W\d_]/)\w+|(?<=[0-9]):(?=[0-9])\w+)*"
    r"(?:\+{1,2}(?=\s*[,)\]])|\+\+(?=\()|[%\#′]|'(?![\w]))*"
)
_PLAIN = r"[$?]?\w+'*"
_LATEX_WORD = r"[^\W\d_]{2,}(?:-[^\W\d_]\w+)+(?=\()|\??\w+'*"
_COMMAND = r"\\[A-Za-z]+|\\[,;:! _%\#&$^{}\-]"
_LATEX_COUNT = (
    r"\\exists\s*(?:!|\^\s*\{?\s*(?P<latex_bound>=|!|<|>|\\(?:geq?|leq?)(?![a-z]))\s*(?P<latex_count>[0-9]+)?\s*\}?)"
)
_COUNT = r"∃!|∃\s*(?:_|\^)?\s*\{?\s*(?P<bound>[=≤≥<>]{1,2}|!)\s*(?P<count>[0-9]+)\s*\}?"
_BINDER_WORD = re.compile(r"[?$]?\w+'*")
_QUANTIFIER_WORDS = frozenset(("for all", "there exists"))


@cache
def _pattern(notation: Notation) -> re.Pattern[str]:
    dialect = DIALECTS[notation]
    symbols = sorted({*SYMBOLS, *dialect.special}, key=len, reverse=True)
    word = _HYPHENATED if dialect.hyphenated else _PLAIN
    if notation == "latex":
        word = _LATEX_WORD
    if notation == "tptp":
        word = r"\$\$?\w+|\w+"
    parts = [rf"(?P<blank>[{_BLANK}]+)"]
    if dialect.comments:
        parts.append(f"(?P<comment>{dialect.comments})")
    parts += [
        r"(?P<explanation>:::)",
        r"(?P<remark>(?<!\S)(?:(?:\#|//)(?=\s|[A-Za-z])|(?:--|—|–)\s+(?=[A-Za-z]+\s+[a-z]))[^\n]*)"
        if notation != "python"
        else r"(?P<remark>(?<!\S)//[^\n]*)",
        rf"(?P<counting>{_COUNT})",
        r"(?P<spelled>\b(?:[Ff]or\s+(?:all|every|each)|[Tt]here\s+exists?|FOR\s+ALL|THERE\s+EXISTS)\b(?!\s*\())",
        r"(?P<such_that>\b(?:such\s+that|s\.t\.)(?=[\s(,:]))",
        rf"(?P<string>{_STRING})",
        r"(?P<constant>\$(?:true|false|T|F)\b)",
        f"(?P<number>{_NUMBER_HYPHENATED if dialect.hyphenated else _NUMBER})",
    ]
    if notation == "latex":
        parts.append(
            r"(?P<named>\\(?:text|textit|textrm|textsf|texttt|textbf|mathrm|mathit|mathsf|mathtt|mathbf|operatorname|mbox)"
            r"\*?\s*\{(?P<inside>(?:[^{}\\]|\\.)*)\})"
        )
        parts.append(f"(?P<latex_counting>{_LATEX_COUNT})")
        parts.append(r"(?P<subscripted>[^\W_]\w*(?:_\{\w+\}|_\w+|\\_\w+)+'*)")
        parts.append(rf"(?P<command>{_COMMAND})")
    parts += [
        rf"(?P<word>{word})",
        f"(?P<symbol>{'|'.join(re.escape(symbol) for symbol in symbols)})",
        r"(?P<command2>\\[A-Za-z]+)",
        r"(?P<other>.)",
    ]
    return re.compile("|".join(parts), re.DOTALL)


_IGNORED_COMMANDS = frozenset(
    "left right big Big bigl bigr Bigl Bigr quad qquad displaystyle limits mathopen mathclose thinspace".split()
)
_COMPREHENSION = re.compile(r"\s{0,8}\(\s{0,8}\[[^\[\]]{0,400}\]\s{0,8},")
_UNESCAPE = re.compile(r"\\(.)", re.DOTALL)


class _Lexer:
    """The state of one pass over a text."""

    def __init__(self, text: str, notation: Notation) -> None:
        self.text, self.notation = text, notation
        self.dialect: Dialect = DIALECTS[notation]
        self.tokens: list[Token] = []
        self.notes: list[Note] = []
        self.binding = 0

    def note(self, kind: str, position: int, message: str) -> None:
        self.notes.append(Note(kind, position, message))

    def add(self, kind: str, value: str, begin: int, end: int) -> None:
        self.tokens.append(Token(kind, value, begin, end))
        if kind == "quantifier":
            self.binding = 1
        elif kind not in ("word", "comma", "open") or (kind == "open" and value != "["):
            self.binding = 0

    def run(self) -> Lexed:
        match, text, at, end = _pattern(self.notation).match, self.text, 0, len(self.text)
        while at < end:
            found = match(text, at)
            assert found is not None
            assert found.lastgroup is not None
            kind, value = found.lastgroup, found.group()
            after = found.end()
            if kind == "word":
                after = self.word(value, at, after)
            elif kind == "symbol":
                self.symbol(value, at, after)
            elif kind == "explanation":
                self.note("explanation", at, "left out the explanation after ':::'")
                break
            elif kind not in ("blank", "comment"):
                getattr(self, kind)(found, value, at, after)
            at = after
        self.tokens.append(Token("end", "", at if at < end else end, end))
        return Lexed(self.tokens, self.notes)

    def word(self, value: str, at: int, after: int) -> int:
        if self.binding and len(value) > 1:
            # `∀x.P(x)`, `∀x1:3rd P(x1)`: in a binder a dot or colon ends the variable.
            short = _BINDER_WORD.match(value)
            if (
                short
                and short.end() < len(value)
                and value[short.end()] in ".:"
                and (self.binding == 1 or short.end() <= 2)
            ):
                value, after = short.group(), at + short.end()
        if self.binding:
            self.binding += 1
        if self.binding == 2 and self.glued(value, at, after):
            return after if self.tokens[-1].end == after else self.tokens[-1].end
        lower = value.lower()
        if lower in ("if", "then", "either") and self.conditional(lower, at, after):
            return after
        if value == "Count" and re.match(r"\s*\(\s*\[", self.text[after : after + 40]):
            self.add("quantifier", "count", at, after)
            return after
        if value == "Distinct" and self.notation == "python" and _COMPREHENSION.match(self.text, after):
            self.add("quantifier", "distinct", at, after)
            return after
        cased = value in (lower, "ForAll", "ForEach") or value.isupper() or value.istitle()
        if lower in WORDS and cased and self.is_operator(value, lower, after):
            kind, meaning = WORDS[lower]
            if value not in self.dialect.own:
                self.note("operator_spelling", at, f"read {value!r} as {meaning!r}")
            self.add(kind, meaning, at, after)
        else:
            self.add("word", value, at, after)
        return after

    def glued(self, value: str, at: int, after: int) -> bool:
        """``∀xP(x)`` and ``∀xy R(x, y)``: take the variables apart; whether that was done."""
        if self.tokens[-1].kind != "quantifier" or self.dialect.capital_variables:
            return False
        found = re.fullmatch(r"([u-z])[A-Z]\w+|([u-z])[A-Z](?=\Z)", value)
        if found and self.text[after : after + 1] == "(":
            self.note("glued_variables", at, f"took {value[0]!r} as the variable of the quantifier")
            self.add("word", value[0], at, at + 1)
            return True
        used = re.search(rf"\b{value}\b", self.text[after : after + 400]) if re.fullmatch("[u-z]{2,3}", value) else True
        if used or len(set(value)) < len(value):
            return False
        self.note("glued_variables", at, f"took {value!r} as {len(value)} variables")
        for place, letter in enumerate(value, at):
            if place > at:
                self.add("comma", ",", place, place)
            self.add("word", letter, place, place + 1)
        if self.text[after : after + 1] == "(":
            self.add("dot", ".", after, after)
        return True

    def conditional(self, lower: str, at: int, after: int) -> bool:
        """``if A then B`` and ``either A or B`` around formulas; whether the word was one of these."""
        operand = re.match(r"\s+[^\s,()]+\(|\s*[(¬∀∃~]", self.text[after : after + 60])
        if operand is None:
            return False
        if lower == "then":
            if not self.after_operand() or not re.search(r"\bif\b", self.text[max(0, at - 2000) : at], re.IGNORECASE):
                return False
            self.add("infix", "implies", at, after)
        else:
            partner = "then" if lower == "if" else "or"
            if self.after_operand() or not re.search(rf"\b{partner}\b", self.text[after : after + 2000], re.IGNORECASE):
                return False
        self.note("operator_spelling", at, f"read {lower!r} as part of a connective")
        return True

    def is_operator(self, value: str, lower: str, after: int) -> bool:
        """Whether a word such as ``and`` or ``all`` is an operator here and not a name."""
        kind = WORDS[lower][0]
        rest = self.text[after : after + 80]
        follow = rest.lstrip()
        before = self.tokens[-1].kind if self.tokens else "start"
        if lower == "in":
            return before in ("word", "close", "number") and (self.notation == "python" or follow[:1] in ("[", "{"))
        if kind == "infix":
            return (
                before in ("word", "close", "number", "string", "truth")
                and follow[:1] not in ("", ",", ")")
                and not (value.istitle() and len(value) > 1 and rest.startswith("("))
            )
        if before in ("word", "close", "number", "string", "truth") and kind == "not":
            return False
        if kind == "not":
            return follow[:1] not in ("", ",", ")") and not (value == "Not" and self.notation == "python")
        if value.istitle() and lower in ("all", "some", "every", "exist"):
            return bool(re.match(r"\s+[A-Za-z][0-9]*\b(?!\()", rest))
        if follow.startswith("["):
            return True
        if follow.startswith("("):
            return bool(
                re.match(r"\(\s*(?:\[|\w+(?:\s*:\s*\w+)?\s*,[^()]*\(|\w+(?:\s*,\s*\w+)*\s*\)\s*[\w(¬∀∃~\-])", follow)
            )
        return bool(re.match(r"\w", follow))

    def symbol(self, value: str, at: int, after: int) -> None:
        kind, meaning = self.dialect.special.get(value) or SYMBOLS[value]
        if value == "!" and self.notation != "tptp" and re.match(r"\s*\[", self.text[after : after + 8]):
            kind, meaning = "quantifier", "forall"
        if value == "?" and self.notation != "tptp":
            kind, meaning = "other", value
        if self.notation in ("prover9", "nltk") and value in "-−–" and not self.after_operand():
            kind, meaning = "not", "not"
        if value not in self.dialect.own and value not in ".∈∉":
            self.unusual(value, kind, meaning, at)
        self.add(kind, meaning, at, after)

    def after_operand(self) -> bool:
        return bool(self.tokens) and self.tokens[-1].kind in ("word", "close", "number", "string", "truth")

    def unusual(self, value: str, kind: str, meaning: str, at: int) -> None:
        if kind in ("infix", "not", "quantifier", "truth"):
            self.note("operator_spelling", at, f"read {value!r} as {meaning!r}")
        elif kind in ("open", "close"):
            self.note("bracket_shape", at, f"read {value!r} as a bracket")
        elif kind in ("comma", "colon", "dot", "semicolon") and value not in ".:;":
            self.note("punctuation", at, f"read {value!r} as {meaning!r}")

    # Each of the following is named after a group of the pattern.
    def remark(self, found: re.Match[str], value: str, at: int, after: int) -> None:
        self.note("comment", at, "left out a comment")

    def counting(self, found: re.Match[str], value: str, at: int, after: int) -> None:
        self.add_counting(found.group("bound"), found.group("count"), at, after)

    def latex_counting(self, found: re.Match[str], value: str, at: int, after: int) -> None:
        bound = found.group("latex_bound") or "!"
        bound = {"\\ge": "≥", "\\geq": "≥", "\\le": "≤", "\\leq": "≤"}.get(bound, bound)
        self.add_counting(bound, found.group("latex_count"), at, after)

    def add_counting(self, bound: str | None, count: str | None, at: int, after: int) -> None:
        if count is not None and len(count) > 9:
            count = count.lstrip("0")[:9] or "0"
            self.note("number_size", at, "cut a counting quantifier's number to nine digits")
        number = int(count) if count else 1
        shape = {"≤": "at_most", "<=": "at_most", "=<": "at_most", "≥": "at_least", ">=": "at_least"}.get(
            bound or "=", "exactly"
        )
        if bound == "<":
            shape, number = "at_most", max(0, number - 1)
        elif bound == ">":
            shape, number = "at_least", number + 1
        self.add("quantifier", f"{shape} {number}", at, after)

    def spelled(self, found: re.Match[str], value: str, at: int, after: int) -> None:
        meaning = "forall" if value[0] in "fF" else "exists"
        self.note("operator_spelling", at, f"read {value!r} as {meaning!r}")
        self.add("quantifier", meaning, at, after)

    def such_that(self, found: re.Match[str], value: str, at: int, after: int) -> None:
        """``such that`` after a quantified variable."""
        self.note("operator_spelling", at, f"read {value!r} as a colon")
        self.add("colon", ":", at, after)

    def string(self, found: re.Match[str], value: str, at: int, after: int) -> None:
        inner = _UNESCAPE.sub(r"\1", value[1:-1])
        if not inner:
            self.note("empty_name", at, "left out an empty quoted name")
            return
        if self.notation in ("prover9", "nltk", "latex"):
            self.note("quoted_name", at, "read a quoted name")
        self.add("string", inner, at, after)

    def constant(self, found: re.Match[str], value: str, at: int, after: int) -> None:
        if value not in self.dialect.own:
            self.note("operator_spelling", at, f"read {value!r} as a truth value")
        self.add(*SYMBOLS[value], at, after)

    def number(self, found: re.Match[str], value: str, at: int, after: int) -> None:
        self.add("number", value, at, after)

    def named(self, found: re.Match[str], value: str, at: int, after: int) -> None:
        inner = _UNESCAPE.sub(r"\1", found.group("inside")).strip()
        lower = inner.lower()
        if lower != "in" and lower in WORDS and WORDS[lower][0] == "infix":
            self.add(*WORDS[lower], at, after)
        elif inner:
            self.add("string" if not re.fullmatch(r"\w+'*", inner) else "word", inner, at, after)

    def subscripted(self, found: re.Match[str], value: str, at: int, after: int) -> None:
        self.add("word", value.replace("{", "").replace("}", "").replace("\\", ""), at, after)

    def command(self, found: re.Match[str], value: str, at: int, after: int) -> None:
        name = value[1:]
        if name in LATEX:
            kind, meaning = LATEX[name]
            self.add(kind, meaning, at, after)
        elif name in ("{", "}"):
            self.add("open" if name == "{" else "close", name, at, after)
        elif name == "&":
            self.add("infix", "and", at, after)
        elif name in _IGNORED_COMMANDS or not name[0].isalpha():
            pass
        else:
            self.add("word", name, at, after)

    def command2(self, found: re.Match[str], value: str, at: int, after: int) -> None:
        self.note("operator_spelling", at, f"read the LaTeX command {value!r}")
        self.command(found, value, at, after)

    def other(self, found: re.Match[str], value: str, at: int, after: int) -> None:
        if value in "`$*_\\":
            self.note("stray_character", at, f"left out {value!r}")
        else:
            self.add("other", value, at, after)


def lex(text: str, notation: Notation) -> Lexed:
    """Cut ``text`` into tokens; linear in its length."""
    return _Lexer(text, notation).run()
