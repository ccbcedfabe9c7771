"""Operator-precedence reading of the infix notations, with an explicit stack: linear time, any depth of nesting."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

from logicbench.logic.fol.cursor import OPERAND_START
from logicbench.logic.fol.notation import PRECEDENCE, PREFIX_PRECEDENCE, RELATIONS, Notation
from logicbench.logic.fol.notes import Severity
from logicbench.logic.fol.raw import Bound, Raw
from logicbench.logic.fol.tokens import Token
from logicbench.logic.fol.variables import VariableReader

_PROSE = frozenset("where which means meaning because since so this that note i.e e.g here with".split())
_FLAT = frozenset(("and", "or", "+", "*"))
_MINUS_PRECEDENCE = 90


Variant: TypeAlias = Literal["narrow", "wide", "loose_xor", "tight_or", "left_implies", "split"]
"""Another way to read the same tokens: reach of quantifiers, grouping of connectives, names of several words."""
VARIANTS: tuple[Variant, ...] = ("narrow", "wide", "loose_xor", "tight_or", "left_implies", "split")
_REGROUPED: dict[Variant, dict[str, int]] = {
    "loose_xor": {"xor": 25, "or": 40},
    "tight_or": {"or": 52, "xor": 52, "nor": 52},
}


class _Entry:
    """An entry of the operator stack: an open bracket, a prefix or an infix operator."""

    __slots__ = ("base", "bound", "kind", "name", "position", "precedence", "value", "wide")

    def __init__(self, kind: str, value: str, precedence: int, position: int, base: int = 0) -> None:
        self.kind, self.value, self.precedence, self.position, self.base = kind, value, precedence, position, base
        self.name: Raw | None = None
        self.bound: tuple[Bound, ...] = ()
        self.wide = False


class Reader(VariableReader):
    """Reads one list of tokens with balanced brackets; `read` is called once.

    Args:
        text: What the tokens are of.
        tokens: The tokens.
        notation: Its notation.
        variant: Another way to read them.
        noted: Called with the kind of every note as it is made; may raise to end the reading.
    """

    def __init__(
        self,
        text: str,
        tokens: Sequence[Token],
        notation: Notation,
        variant: Variant | None = None,
        noted: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(text, tokens, notation, noted)
        self.variant = variant
        self.precedence = (
            {**PRECEDENCE, **_REGROUPED[variant]} if variant is not None and variant in _REGROUPED else PRECEDENCE
        )
        self.operands: list[Raw] = []
        self.entries: list[_Entry] = []
        self.frames: list[tuple[_Entry, int]] = []
        self.active: dict[str, int] = {}
        self.end = len(text)
        self.places: dict[str, list[int]] | None = None
        self.binders: set[int] = set()

    # The loop

    def read(self) -> Raw:
        """Read the formula.

        Raises:
            ParseError: no formula can be made of the tokens.
        """
        self.skip_label()
        waiting = True  # for an operand
        while True:
            token = self.tokens[self.at]
            if token.kind == "end":
                break
            if waiting:
                waiting = self.operand(token)
            elif self.ends_here(token):
                break
            else:
                waiting = self.operator(token)
        if waiting:
            self.drop_dangling()
        self.reduce_to(0, force=True)
        if len(self.operands) != 1 or self.entries:
            self.fail("a formula")
        return self.operands[0]

    def ends_here(self, token: Token) -> bool:
        """Whether what follows a complete operand outside all brackets is no more part of the formula."""
        if self.frames:
            return False
        tokens, at = self.tokens, self.at
        if token.kind in ("dot", "semicolon", "comma"):
            after = tokens[at + 1]
            if after.kind == "end":
                if token.kind != "dot" or self.notation in ("unicode", "latex", "python", "nltk"):
                    self.note("trailing_punctuation", token.position, "left out the punctuation at the end")
                return True
            if after.kind in ("not", "quantifier", "open", "truth"):
                return False
            if after.kind in ("word", "string") and (tokens[at + 2].kind in ("open", "infix", "end", "dot", "comma")):
                return False
            return self.cut(token)
        if token.kind in ("other", "colon"):
            if self.text[token.position] == "%" and self.notation == "python":
                self.fail("an operator other than the remainder", token)
            return self.cut(token)
        if token.kind == "open" and [later.kind for later in tokens[at + 1 : at + 4]] == ["word"] * 3:
            return self.cut(token)
        if token.kind == "word" and not self.is_or(token):
            if token.value in _PROSE:
                return self.cut(token)
            reach = at
            while tokens[reach].kind == "word" and reach - at < 4:
                reach += 1
            return not (tokens[reach].kind == "open" and reach - at < 3) and self.cut(token)
        return token.kind in ("string", "number") and self.cut(token)

    def cut(self, token: Token) -> bool:
        """Leave out the rest of the text."""
        if not self.entries and len(self.operands) == 1 and self.operands[0].kind == "name":
            self.fail("an operator after one bare word", token)
        self.end = token.position
        self.note("trailing_text", token.position, "left out the text after the formula")
        return True

    # An operand is due

    def operand(self, token: Token) -> bool:
        """Take one token where an operand is due; returns whether an operand is still due."""
        kind = token.kind
        if kind in ("word", "string"):
            return self.name(token)
        self.at += 1
        if kind == "number":
            if self.in_list() and self.tokens[self.at].kind == "word" and not self.is_or(self.tokens[self.at]):
                self.at -= 1
                return self.name(token)
            self.operands.append(Raw("number", token.value, token.position))
            return False
        if kind == "truth":
            self.operands.append(Raw("truth", token.value, token.position))
            return False
        if kind == "not":
            self.entries.append(_Entry("not", "not", PREFIX_PRECEDENCE, token.position))
        elif kind == "quantifier":
            self.quantifier(token)
        elif kind == "open" and self.is_bare_quantifier():
            self.note("operator_spelling", token.position, "read a variable in brackets as ∀")
            self.at += 2
            self.push_quantifier(
                _Entry("quantifier", "forall", PREFIX_PRECEDENCE, token.position),
                [Bound(self.tokens[self.at - 2].value, None, self.tokens[self.at - 2].position)],
            )
        elif kind == "open":
            self.open(token, None)
        elif kind == "close":
            return self.close_early(token)
        elif kind == "infix":
            return self.early_infix(token)
        elif kind in ("comma", "semicolon"):
            self.note("extra_comma", token.position, "left out a comma that separates nothing")
        else:
            self.note("stray_character", token.position, f"left out {self.text[token.position : token.end]!r}")
        return True

    def is_bare_quantifier(self) -> bool:
        """Whether ``(x)`` stands before a bracket, an old way to write ∀x."""
        word, close, after = self.tokens[self.at : self.at + 3]
        shape = (word.kind, close.kind, after.kind) == ("word", "close", "open")
        return shape and bool(re.fullmatch("[u-z]", word.value)) and word.value not in self.active

    def in_list(self) -> bool:
        """Whether the innermost bracket holds terms: arguments, or a list."""
        return bool(self.frames) and self.frames[-1][0].kind in ("arguments", "list")

    def is_or(self, token: Token) -> bool:
        """Whether a word is the letter v written for ∨."""
        return token.value in ("v", "V") and token.kind == "word" and self.tokens[self.at + 1].kind in OPERAND_START

    def name(self, token: Token) -> bool:
        """Read a name of one word or more, and open its arguments."""
        tokens, start = self.tokens, self.at
        reach = start + 1
        while tokens[reach].kind in ("word", "number") and reach - start < 12:
            if tokens[reach].value in ("v", "V") and tokens[reach + 1].kind in OPERAND_START and not self.in_list():
                break
            reach += 1
        if reach > start + 1 and not self.joins(start, reach):
            reach = start + 1
        if reach > start + 1:
            self.note("space_in_name", token.position, "joined the words of one name")
            value = " ".join(word.value for word in tokens[start:reach])
            node = Raw("quoted", value, token.position)
        else:
            node = Raw("quoted" if token.kind == "string" else "name", token.value, token.position)
        self.at = reach
        if tokens[reach].kind == "open" and tokens[reach].value != "{" and self.applies(start, reach):
            self.at += 1
            self.open(tokens[reach], node)
            return True
        self.operands.append(node)
        return False

    def joins(self, start: int, reach: int) -> bool:
        """Whether the words from ``start`` to ``reach`` are one name: in arguments, or just before a bracket."""
        tokens = self.tokens
        if self.variant == "split":
            return False
        if self.in_list():
            names = [token.value for token in tokens[start:reach]]
            return not any(name in self.active for name in names)
        return reach - start <= 3 and tokens[reach].kind == "open" and tokens[reach].position == tokens[reach - 1].end

    def applies(self, start: int, reach: int) -> bool:
        """Whether the bracket after a name holds its arguments."""
        bracket, token = self.tokens[reach], self.tokens[start]
        if bracket.value == "[" and self.notation != "tptp":
            return bracket.position == self.tokens[reach - 1].end
        if bracket.position == self.tokens[reach - 1].end or reach - start > 1:
            return True
        return token.value not in self.active

    def open(self, token: Token, name: Raw | None) -> None:
        """Open a bracket."""
        kind = "arguments" if name is not None else "list" if token.value in "[{" else "group"
        entry = _Entry(kind, token.value, 0, token.position, len(self.operands))
        entry.name = name
        self.entries.append(entry)
        self.frames.append((entry, self.partner[self.at - 1]))

    def close_early(self, token: Token) -> bool:
        """A closing bracket where an operand is due."""
        frame = self.frames[-1][0] if self.frames else None
        if frame is None:
            self.note("extra_close", token.position, "left out a closing bracket")
            return True
        if self.entries[-1] is frame:
            if len(self.operands) == frame.base:
                if frame.kind == "group":
                    self.note("empty_brackets", token.position, "left out a pair of brackets with nothing inside")
                    self.entries.pop()
                    self.frames.pop()
                    return True
            else:
                self.note("extra_comma", token.position, "left out the comma before a closing bracket")
            self.close(token)
            return False
        if frame.kind == "group" and self.only_quantifiers(frame):
            # `(∀x)(P(x))` and `(∀x ∃y) P(x, y)`
            place = len(self.entries) - 1
            while self.entries[place] is not frame:
                place -= 1
            del self.entries[place]
            self.frames.pop()
            return True
        self.drop_dangling()
        return (
            self.close_early(token)
            if self.entries[-1] is frame and len(self.operands) == frame.base
            else self.close(token)
        )

    def only_quantifiers(self, frame: _Entry) -> bool:
        """Whether a bracket holds quantifiers alone so far."""
        for entry in reversed(self.entries):
            if entry is frame:
                return True
            if entry.kind != "quantifier":
                return False
        return False

    def drop_dangling(self) -> None:
        """Drop the operators at the end that have no right operand."""
        while self.entries and self.entries[-1].kind in ("infix", "not", "minus", "quantifier"):
            entry = self.entries.pop()
            if entry.kind == "quantifier":
                self.release(entry)
            what = "a quantifier" if entry.kind == "quantifier" else "an operator"
            self.note("missing_operand", entry.position, f"left out {what} without an operand to its right")
            if entry.kind == "infix":
                return

    def early_infix(self, token: Token) -> bool:
        """An infix operator where an operand is due."""
        value = token.value
        if value == "-" and self.notation in ("prover9", "nltk"):
            self.entries.append(_Entry("not", "not", PREFIX_PRECEDENCE, token.position))
            return True
        if value == "-":
            self.entries.append(_Entry("minus", "-", _MINUS_PRECEDENCE, token.position))
            return True
        after = self.tokens[self.at]
        if value in RELATIONS and after.kind == "number":
            self.at += 1
            spelled = self.text[token.position : after.end]
            self.note("comparison_term", token.position, f"read {spelled!r} as a name")
            self.operands.append(Raw("quoted", spelled, token.position))
            return False
        self.note("missing_operand", token.position, "left out an operator without an operand to its left")
        return True

    # An operator is due

    def operator(self, token: Token) -> bool:
        """Take one token where an operator is due; returns whether an operand is due next."""
        kind = token.kind
        if kind == "infix":
            self.at += 1
            self.infix(token.value, token.position)
            return True
        if kind == "close":
            self.at += 1
            self.close(token)
            return False
        if kind in ("comma", "semicolon", "dot"):
            return self.separator(token)
        if self.is_or(token):
            self.at += 1
            self.note("operator_spelling", token.position, f"read {token.value!r} as 'or'")
            self.infix("or", token.position)
            return True
        if kind in OPERAND_START:
            return self.juxtaposed(token)
        self.at += 1
        self.note("stray_character", token.position, f"left out {self.text[token.position : token.end]!r}")
        return False

    def separator(self, token: Token) -> bool:
        """A comma, semicolon or dot after an operand."""
        self.at += 1
        if self.in_list() and token.kind != "dot":
            if self.grouped_digits(token):
                return False
            frame = self.frames[-1][0]
            self.reduce_to_frame(frame)
            if token.kind == "semicolon":
                self.note("punctuation", token.position, "read ';' as ','")
            return True
        if self.tokens[self.at].kind not in OPERAND_START:
            self.note("extra_comma", token.position, "left out a separator that separates nothing")
            return False
        self.note("comma_conjunction", token.position, "read a separator between formulas as ∧")
        self.infix("and", token.position, PRECEDENCE["comma"])
        return True

    def grouped_digits(self, comma: Token) -> bool:
        """Read on over the comma of ``1,000``."""
        before, after = self.operands[-1], self.tokens[self.at]
        touching = self.tokens[self.at - 2].end == comma.position and comma.end == after.position
        if not (touching and before.kind == after.kind == "number" and re.fullmatch("0[0-9]{2}", after.value)):
            return False
        before.value += after.value
        self.at += 1
        self.note("number_grouping", comma.position, "left out the comma between thousands")
        return True

    def juxtaposed(self, token: Token) -> bool:
        """Two operands side by side: a missing comma among arguments, else a missing operator."""
        if self.in_list() and token.kind in ("word", "string", "number"):
            self.note("missing_comma", token.position, "put a comma between two arguments")
            self.reduce_to_frame(self.frames[-1][0])
            return True
        self.note("missing_operator", token.position, "put ∧ between two formulas that stand side by side")
        self.infix("and", token.position)
        return True

    def infix(self, value: str, position: int, precedence: int | None = None) -> None:
        """A connective or a relation."""
        rank = self.precedence[value] if precedence is None else precedence
        entries = self.entries
        while entries:
            top = entries[-1]
            if top.precedence > rank or (
                top.precedence == rank and (value != "implies" or self.variant == "left_implies")
            ):
                if top.kind == "quantifier" and self.reaches_on(top, position):
                    break
                self.reduce()
            else:
                break
        entry = _Entry("infix", value, rank, position)
        entries.append(entry)

    def reaches_on(self, entry: _Entry, position: int) -> bool:
        """Whether a quantifier whose operand is complete goes on over the operator that follows.

        It does where the notation or a dot says so, and where its variable would otherwise be left free.
        """
        if entry.wide or self.variant == "wide":
            return True
        if self.variant == "narrow":
            return False
        limit = self.frames[-1][1] if self.frames else len(self.tokens)
        for bound in entry.bound:
            if self.active.get(bound.name, 0) == 1 and self.occurs(bound.name, self.at - 1, limit):
                entry.wide = True
                self.note(
                    "wide_scope",
                    entry.position,
                    f"the quantifier of {bound.name!r} reaches to the end of its bracket",
                    "warning",
                )
                return True
        return False

    def occurs(self, name: str, after: int, limit: int) -> bool:
        """Whether ``name`` is the next time used, not bound, between two tokens."""
        if self.places is None:
            self.places = {}
            for index, token in enumerate(self.tokens):
                if token.kind == "word":
                    self.places.setdefault(token.value, []).append(index)
            self.binders = {index + 1 for index, token in enumerate(self.tokens[:-1]) if token.kind == "quantifier"}
        places = self.places.get(name, [])
        place = bisect_right(places, after)
        return place < len(places) and places[place] < limit and places[place] not in self.binders

    # Reduction

    def reduce(self) -> None:
        """Apply the topmost operator."""
        entry = self.entries.pop()
        operands = self.operands
        right = operands.pop()
        if entry.kind == "infix":
            operands.append(self.join(entry, operands.pop(), right))
        elif entry.kind == "quantifier":
            self.release(entry)
            operands.append(Raw("quantifier", entry.value, entry.position, [right], entry.bound))
        else:
            operands.append(Raw(entry.kind, entry.value, entry.position, [right]))

    def join(self, entry: _Entry, left: Raw, right: Raw) -> Raw:
        """Combine two operands; a chain of one associative operator is one node."""
        value = entry.value
        if right.kind == "infix" and not right.grouped:
            self.check_mix(entry, right)
        if left.kind == "infix" and not left.grouped:
            if left.value == value and value in _FLAT:
                left.kids.append(right)
                return left
            self.check_mix(entry, left)
        return Raw("infix", value, entry.position, [left, right])

    def check_mix(self, entry: _Entry, inner: Raw) -> None:
        """Warn where two connectives meet without brackets in a way that people read differently."""
        pair = {entry.value, inner.value}
        if pair <= {"and", "or"} or pair == {"implies"} or pair == {"iff"} or "nand" in pair or "nor" in pair:
            doubtful = True
        else:
            doubtful = "xor" in pair and not pair & RELATIONS
        if entry.value in ("iff",) and inner.value == "implies":
            doubtful = True
        if entry.precedence == PRECEDENCE["comma"]:
            doubtful = False
        if not doubtful:
            return
        if len(pair) == 1:
            self.note(
                f"chained_{entry.value}", entry.position, f"a chain of {entry.value!r} without brackets", "warning"
            )
            return
        severity: Severity = "repair" if self.notation == "tptp" else "warning"
        message = f"{inner.value!r} next to {entry.value!r} without brackets"
        self.note("mixed_operators", entry.position, message, severity)

    def release(self, entry: _Entry) -> None:
        """End the scope of a quantifier's variables."""
        for bound in entry.bound:
            count = self.active[bound.name] - 1
            if count:
                self.active[bound.name] = count
            else:
                del self.active[bound.name]

    def reduce_to_frame(self, frame: _Entry) -> None:
        """Apply the operators inside the innermost bracket."""
        while self.entries[-1] is not frame:
            self.reduce()

    def reduce_to(self, base: int, force: bool = False) -> None:
        """Apply the operators above a height of the stack."""
        while len(self.entries) > base and (force or self.entries[-1].kind not in ("group", "arguments", "list")):
            if self.entries[-1].kind in ("group", "arguments", "list"):
                self.fail("a closing bracket")
            if not self.operands:
                self.fail("a formula")
            self.reduce()

    def close(self, token: Token) -> bool:
        """Close the innermost bracket; returns that an operator is due."""
        if not self.frames:
            self.note("extra_close", token.position, "left out a closing bracket")
            return False
        frame, _ = self.frames.pop()
        self.reduce_to_frame(frame)
        self.entries.pop()
        kids = self.operands[frame.base :]
        if {"(": ")", "[": "]", "{": "}"}[frame.value] != token.value:
            self.note("bracket_shape", token.position, f"read {token.value!r} as the partner of {frame.value!r}")
        del self.operands[frame.base :]
        if frame.kind == "group":
            kids[0].grouped = True
            self.operands.append(kids[0])
        elif frame.kind == "arguments" and frame.name is not None:
            self.operands.append(Raw("apply", frame.name.value, frame.name.position, kids))
            self.operands[-1].quoted = frame.name.kind == "quoted"
        else:
            self.operands.append(Raw("list", frame.value, frame.position, kids))
        return False

    # Quantifiers

    def quantifier(self, token: Token) -> None:
        """Read the variables after a quantifier and push it."""
        entry = _Entry("quantifier", token.value, PREFIX_PRECEDENCE, token.position)
        bracketed = self.tokens[self.at].kind == "open"
        found = self.bracketed_variables() if bracketed else self.plain_variables()
        entry.wide = self.dialect.wide or found.wide
        if found.group is not None:
            self.open_group(found.group)
        bound = found.bound or self.guess_variable(token)
        if bound:
            self.push_quantifier(entry, bound)

    def open_group(self, start: int) -> None:
        """Make the bracket of ``forall(x, F)`` a group around the body, which begins behind the variables' comma."""
        resume = self.at
        self.at = start + 1
        self.open(self.tokens[start], None)
        self.at = resume
        if self.tokens[self.at].kind == "comma":
            self.at += 1

    def push_quantifier(self, entry: _Entry, bound: Sequence[Bound]) -> None:
        """Open the scope of a quantifier."""
        entry.bound = tuple(bound)
        for variable in bound:
            self.active[variable.name] = self.active.get(variable.name, 0) + 1
        self.entries.append(entry)
