"""Reads the variables after a quantifier, in every way that people write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from logicbench.logic.fol.cursor import OPERAND_START, Cursor
from logicbench.logic.fol.raw import Bound
from logicbench.logic.fol.tokens import Token

_VARIABLE = re.compile(r"[?$]?[A-Za-z][0-9]*'*")


@dataclass(frozen=True, slots=True)
class Binding:
    """The variables of one quantifier."""

    bound: list[Bound]
    wide: bool = False
    """Whether a mark after them says that the body reaches as far as it can."""
    group: int | None = None
    """Index of the bracket of ``forall(x, F)``, which becomes a group around the body."""


class VariableReader(Cursor):
    """Reads what stands between a quantifier and its body, from the place of the cursor on."""

    active: Mapping[str, int]
    """How many quantifiers around this place bind each name."""

    def plain_variables(self) -> Binding:
        """``x``, ``x y``, ``x, y``, ``x:S``, ``x ∈ S``, each perhaps with a dot or colon after it."""
        tokens, bound, wide = self.tokens, list[Bound](), False
        while True:
            token = tokens[self.at]
            if token.kind not in ("word", "string") or (bound and not self.is_variable(self.at)):
                break
            touching = tokens[self.at + 1].kind == "open" and tokens[self.at + 1].position == token.end
            if not bound and touching and not self.may_bind(token.value, self.at + 1):
                break
            self.at += 1
            sort = self.sort(spaced=self.notation == "latex")
            bound.append(Bound(token.value, *sort))
            comma = tokens[self.at]
            if comma.kind == "comma":
                if tokens[self.at + 1].kind in ("quantifier", "open", "not"):
                    self.at += 1
                    self.note("extra_comma", comma.position, "left out the comma after a quantified variable")
                    break
                if not self.is_variable(self.at + 1):
                    if tokens[self.at + 1].kind in ("word", "string"):
                        self.at += 1
                        self.note("extra_comma", comma.position, "left out the comma after a quantified variable")
                    break
                self.at += 1
            elif comma.kind in ("dot", "colon"):
                break
        if bound and tokens[self.at].kind in ("dot", "colon"):
            if tokens[self.at].kind == "dot" and self.notation == "prover9":
                self.note("punctuation", tokens[self.at].position, "left out the dot after a quantified variable")
            self.at += 1
            wide = True
        if len(bound) > 1 and self.notation in ("unicode", "prover9"):
            self.note("variable_list", bound[0].position, "one quantifier over several variables")
        return Binding(bound, wide)

    def may_bind(self, name: str, bracket: int) -> bool:
        """Whether the name in ``∀x(...)`` is a variable; in ``∀P(x)`` it is not, where the bracket does not use it."""
        if not _VARIABLE.fullmatch(name):
            return False
        inside = self.tokens[bracket : min(self.partner[bracket], bracket + 60)]
        return not name.isupper() or any(token.value == name for token in inside)

    def is_variable(self, index: int) -> bool:
        """Whether the word at ``index`` is one more variable of a quantifier and not the beginning of its body."""
        token, after = self.tokens[index], self.tokens[index + 1]
        if token.kind != "word":
            return False
        if after.kind == "open":
            return after.position > token.end and bool(re.fullmatch(r"[?$]?[a-z][0-9]*'*", token.value))
        if after.kind in ("dot", "colon"):
            return True
        if not _VARIABLE.fullmatch(token.value):
            return False
        return after.kind in ("comma", "word", "quantifier", "not", "string")

    def sort(self, spaced: bool) -> tuple[str | None, int, bool]:
        """Read ``:S`` or ``∈ S`` after a variable, if that is what stands there."""
        tokens, mark = self.tokens, self.tokens[self.at]
        position = tokens[self.at - 1].position
        nothing = (None, position, False)
        name, after = tokens[self.at + 1], tokens[self.at + 2]
        if name.kind not in ("word", "string"):
            return nothing
        touching = after.kind == "open" and after.position == name.end
        if mark.kind == "colon" and not touching and (spaced or mark.end == name.position):
            self.at += 2
            return name.value, position, name.kind == "string"
        if mark.kind == "infix" and mark.value == "in" and not touching:
            self.note("membership_sort", mark.position, f"read ∈ {name.value} as a sort")
            self.at += 2
            return name.value, position, name.kind == "string"
        return nothing

    def bracketed_variables(self) -> Binding:
        """``[x, y]:``, ``(x)``, ``(x, y)``, ``([x], F)`` and ``(x, F)`` after a quantifier."""
        tokens, start = self.tokens, self.at
        end = self.partner[start]
        if tokens[start].value == "[":
            self.at += 1
            bound, wide = self.variable_list(end), False
            self.at = end + 1
            if tokens[self.at].kind in ("colon", "dot", "comma"):
                wide = self.notation != "tptp"
                self.at += 1
            return Binding(bound, wide)
        inner = tokens[start + 1]
        if inner.value == "[" and inner.kind == "open":
            self.at = start + 2
            bound = self.variable_list(self.partner[start + 1])
            self.at = self.partner[start + 1] + 1
            return Binding(bound, True, group=start)
        index = start + 1
        self.at = index
        bound = []
        while tokens[index].kind == "word":
            self.at = index + 1
            sort = self.sort(spaced=True)
            mark = tokens[self.at]
            if mark.kind not in ("comma", "close"):
                break
            bound.append(Bound(tokens[index].value, *sort))
            if mark.kind == "close":
                if tokens[self.at + 1].kind in OPERAND_START and all(_VARIABLE.fullmatch(v.name) for v in bound):
                    self.at += 1
                    return Binding(bound)
                bound = []
                break
            index = self.at + 1
        self.at = start
        if not bound:
            return Binding([])
        self.at = index - 1
        return Binding(bound, True, group=start)

    def variable_list(self, end: int) -> list[Bound]:
        """Variables in square brackets: ``x``, ``x:S``, ``Const('x', S)``, ``Int('x')``, separated by commas."""
        tokens, bound = self.tokens, list[Bound]()
        while self.at < end:
            token = tokens[self.at]
            self.at += 1
            if token.kind not in ("word", "string"):
                if token.kind not in ("comma", "close", "open"):
                    self.note("stray_character", token.position, "left out a sign among the variables")
                continue
            if token.value in ("Const", "Int", "Real", "Bool") and tokens[self.at].kind == "open":
                close = self.partner[self.at]
                inside = [part for part in tokens[self.at + 1 : close] if part.kind in ("word", "string")]
                if inside:
                    sort = inside[1].value if len(inside) > 1 else None
                    bound.append(Bound(inside[0].value, sort, inside[0].position))
                self.at = close + 1
                continue
            bound.append(Bound(token.value, *self.sort(spaced=True)))
        return bound

    def guess_variable(self, token: Token) -> list[Bound]:
        """A quantifier without a variable takes the first word of its operand that looks like one and is free."""
        start = self.at
        end = self.partner[start] if self.tokens[start].kind == "open" else len(self.tokens) - 1
        for index in range(start, min(end, start + 200)):
            word = self.tokens[index]
            plain = self.tokens[index + 1].kind != "open"
            looks = word.kind == "word" and plain and re.fullmatch(r"[u-zU-Z][0-9]*", word.value)
            if looks and word.value not in self.active:
                self.note("missing_variable", token.position, f"took {word.value!r} as the quantifier's variable")
                return [Bound(word.value, None, token.position)]
        self.note("missing_variable", token.position, "left out a quantifier without a variable")
        return []
