"""How each notation writes a name so that it is valid there and reads back as the same name.

A name that a notation cannot take as it is gets quotes where the notation has them, and `escape` elsewhere.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable
from dataclasses import dataclass

from logicbench.logic.fol.escape import escape, escape_nltk_variable, is_escaped
from logicbench.logic.fol.notation import WORDS, Notation

_RESERVED = frozenset(WORDS) - {"in"} | frozenset(
    "v true false count distinct fof tff cnf const int real bool such".split()
)
_PYTHON_RESERVED = frozenset(("If", "Distinct", "AllDifferentConstraint", "Equiv", "Equivalent"))
_SMTLIB_RESERVED = frozenset(
    "let forall exists and or not xor distinct ite true false par as assert ! _ = => < > <= >= + - * / implies iff "
    "match BINARY DECIMAL HEXADECIMAL NUMERAL STRING U echo exit pop push reset check-sat".split()
)
_UNICODE = re.compile(r"[^\W_]\w*(?:[-'’]\w+)*")
_WORD = re.compile(r"[A-Za-z]\w*", re.ASCII)
_SMTLIB = re.compile(r"[A-Za-z~!@%^&*_+=<>./-][A-Za-z0-9~!@$%^&*_+=<>.?/-]*")
_TPTP = re.compile(r"[a-z][A-Za-z0-9_]*")
_NLTK_VARIABLE = re.compile(r"[a-z](?:[1-9][0-9]*)?")


def _reserved(name: str) -> bool:
    return name.lower() in _RESERVED or name.startswith("op__") or is_escaped(name)


def _quote(name: str, mark: str) -> str:
    return mark + name.replace("\\", "\\\\").replace(mark, f"\\{mark}") + mark


@dataclass(frozen=True, slots=True)
class Names:
    """The writing of names in one notation; ``bound`` says whether a variable of the same name is in scope.

    Attributes:
        symbol: A predicate or function.
        constant: A constant.
        variable: A bound variable.
        free: A variable that nothing binds.
        sort: A sort.
    """

    symbol: Callable[[str, bool], str]
    constant: Callable[[str, bool], str]
    variable: Callable[[str], str]
    free: Callable[[str], str]
    sort: Callable[[str], str]


def _unicode_symbol(name: str, bound: bool) -> str:
    if bound or _reserved(name) or not _UNICODE.fullmatch(name) or re.fullmatch(r"[0-9.-]*|.*-[0-9]+", name):
        return _quote(name, '"')
    return name


def _unicode_variable(name: str) -> str:
    plain = _UNICODE.fullmatch(name) and "-" not in name and not name[0].isdigit() and not _reserved(name)
    return name if plain else escape(name, variable=True)


def _unicode_free(name: str) -> str:
    return f"?{name}" if re.fullmatch(r"\w+", name) and not is_escaped(name) else escape(name, variable=True)


def _escaped_free(name: str) -> str:
    return escape(name, variable=True)


def _word(name: str, bound: bool) -> str:
    return escape(name) if bound or _reserved(name) or not _WORD.fullmatch(name) else name


def _ladr_symbol(name: str, bound: bool) -> str:
    """Prover9 and NLTK: one small letter is a variable, whatever it stands for."""
    return escape(name) if re.fullmatch(r"[a-z][0-9]*", name) else _word(name, bound)


def _ladr_constant(name: str, bound: bool) -> str:
    """Prover9 takes free names from u to z for variables, NLTK one small letter with digits."""
    return escape(name) if re.fullmatch(r"[u-z].*", name, re.DOTALL) else _ladr_symbol(name, bound)


def _prover9_variable(name: str) -> str:
    return name if _WORD.fullmatch(name) and not _reserved(name) else escape(name, variable=True)


def _nltk_variable(name: str) -> str:
    return name if _NLTK_VARIABLE.fullmatch(name) and name != "v" else escape_nltk_variable(name)


def _tptp_symbol(name: str, bound: bool) -> str:
    if _TPTP.fullmatch(name) and not _reserved(name):
        return name
    if re.fullmatch(r"[ -~]+", name):
        return _quote(name, "'")
    return escape(name)


def _tptp_variable(name: str) -> str:
    plain = _TPTP.fullmatch(name) and not _reserved(name)
    return name[0].upper() + name[1:] if plain else "V" + escape(name, variable=True)[1:]


def _tptp_free(name: str) -> str:
    return "V" + escape(name, variable=True)[1:]


def _smtlib_symbol(name: str, bound: bool) -> str:
    if bound or is_escaped(name) or "|" in name or "\\" in name or not name.isprintable():
        return escape(name)
    reserved = _reserved(name) or name in _SMTLIB_RESERVED
    if _SMTLIB.fullmatch(name) and not reserved and not re.match(r"declare-|define-|set-|get-", name):
        return name
    return f"|{name}|"


def _smtlib_variable(name: str) -> str:
    plain = _WORD.fullmatch(name) and name not in _SMTLIB_RESERVED and not is_escaped(name)
    return name if plain else escape(name, variable=True)


def _smtlib_sort(name: str) -> str:
    return escape(name) if not _WORD.fullmatch(name) or name in _SMTLIB_RESERVED or is_escaped(name) else name


def _python_symbol(name: str, bound: bool) -> str:
    special = keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in _PYTHON_RESERVED
    return escape(name) if special else _word(name, bound)


def _python_variable(name: str) -> str:
    return name if _python_symbol(name, False) == name else escape(name, variable=True)


def _latex_symbol(name: str, bound: bool) -> str:
    plain = re.fullmatch(r"(?![0-9.]+\Z)[^\W_](?:[\w .,:;!?+\-%#&$_']*[^\W_])?", name)
    if bound or _reserved(name) or not plain:
        name = escape(name)
    return r"\mathrm{" + re.sub(r"([%#&$_])", r"\\\1", name) + "}"


def _latex_variable(name: str) -> str:
    if re.fullmatch(r"[A-Za-z][0-9]*", name) and name not in ("v", "V"):
        return name
    plain = _WORD.fullmatch(name) and not _reserved(name)
    return r"\mathit{" + (name if plain else escape(name, variable=True)).replace("_", r"\_") + "}"


def _latex_free(name: str) -> str:
    return r"\mathit{" + escape(name, variable=True).replace("_", r"\_") + "}"


def _plain_sort(write: Callable[[str, bool], str]) -> Callable[[str], str]:
    return lambda name: write(name, False)


NAMES: dict[Notation, Names] = {
    "unicode": Names(_unicode_symbol, _unicode_symbol, _unicode_variable, _unicode_free, _plain_sort(_unicode_symbol)),
    "prover9": Names(_ladr_symbol, _ladr_constant, _prover9_variable, _escaped_free, _plain_sort(_word)),
    "nltk": Names(_ladr_symbol, _ladr_constant, _nltk_variable, escape_nltk_variable, _plain_sort(_word)),
    "tptp": Names(_tptp_symbol, _tptp_symbol, _tptp_variable, _tptp_free, _plain_sort(_tptp_symbol)),
    "smtlib": Names(_smtlib_symbol, _smtlib_symbol, _smtlib_variable, _escaped_free, _smtlib_sort),
    "python": Names(_python_symbol, _python_symbol, _python_variable, _escaped_free, _plain_sort(_python_symbol)),
    "latex": Names(_latex_symbol, _latex_symbol, _latex_variable, _latex_free, _plain_sort(_latex_symbol)),
}
