"""Names in every notation: what may stand as it is, and a reversible writing for what may not.

``n__`` begins the escaped name of a predicate, function or constant, ``v__`` that of a variable; then letters and
digits stand for themselves and every other character is ``_`` + its code point in hexadecimal + ``_``.
"""

from __future__ import annotations

import re

_ESCAPED = re.compile(r"([nv])__((?:[A-Za-z0-9]|_[0-9a-f]+_)*)")
_PART = re.compile(r"_([0-9a-f]+)_")
_PLAIN = re.compile(r"[A-Za-z0-9]")
_HIGHEST = 0x10FFFF


def escape(name: str, variable: bool = False) -> str:
    """Write any name with letters, digits and ``_`` alone."""
    body = "".join(char if _PLAIN.fullmatch(char) else f"_{ord(char):x}_" for char in name)
    return f"{'v' if variable else 'n'}__{body}"


def is_escaped(name: str) -> bool:
    """Whether a name reads as an escaped one."""
    return len(name) > 3 and name[1:3] == "__" and unescape(name) is not None


def unescape(name: str) -> tuple[str, bool] | None:
    """The name that was escaped and whether it is a variable's; None for an ordinary name."""
    if name[1:3] != "__" or name[0] not in "nv" or len(name) == 3:
        return None
    found = _ESCAPED.fullmatch(name)
    if found is None or any(len(code) > 6 or int(code, 16) > _HIGHEST for code in _PART.findall(name[2:])):
        return None
    plain = _PART.sub(lambda part: chr(int(part.group(1), 16)), found.group(2))
    return (plain, found.group(1) == "v") if plain else None


def unescape_nltk_variable(name: str) -> str | None:
    """The variable's name behind ``z0`` and three digits for every byte of it; None for an ordinary name."""
    digits = name[2:]
    if name[:2] != "z0" or not digits or len(digits) % 3 or not digits.isascii() or not digits.isdigit():
        return None
    codes = [int(digits[place : place + 3]) for place in range(0, len(digits), 3)]
    if max(codes) > 255:
        return None
    try:
        return bytes(codes).decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None


def escape_nltk_variable(name: str) -> str:
    """Write any name as ``z`` and digits, the only shape of a bound variable that NLTK takes."""
    return "z0" + "".join(f"{code:03d}" for code in name.encode("utf-8", "surrogatepass"))
