"""The English of ProofWriter and RuleTaker: facts, conditionals and general sentences, read into formulas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from logicbench.logic.fol.syntax import Constant, Formula, Implies, Not, Predicate, Term, Variable, conjunction
from logicbench.logic.fol.transform import closure
from logicbench.translation.items import split_sentences
from logicbench.translation.programs import Program

_CONDITIONAL = re.compile(r"^if (?P<conditions>.+?),? then (?P<conclusion>.+)$", re.IGNORECASE)
_GENERAL = re.compile(r"^(?:all )?(?P<what>[\w, ]+?) (?:people|things) are (?P<said>.+)$", re.IGNORECASE)
_GENERIC = r"something|someone|it|they|everything|everyone"
_SUBJECT = rf"(?P<subject>{_GENERIC}|the [\w ]+?|[A-Z]\w*)"
_IS = re.compile(rf"^{_SUBJECT} (?:is|are) (?P<no>not )?(?P<what>\w+)$", re.IGNORECASE)
_DOES = re.compile(
    rf"^{_SUBJECT} (?P<no>(?:does|do) not )?(?P<verb>chase|like|visit|eat|need|see)s? (?P<object>the [\w ]+|\w+)$",
    re.IGNORECASE,
)
_MORE = re.compile(r"^(?P<no>not )?(?P<what>\w+)$")
_PRONOUN = re.compile(r"\b(?:it|they)\b", re.IGNORECASE)
_ANYONE = re.compile(r"\b(?:some|every)(?:thing|one)\b", re.IGNORECASE)
_AND = re.compile(r",? and |, ")


def rule_program(context: str, statement: str) -> Program | str:
    """The sentences as formulas; why not, if one is of another form."""
    formulas = []
    for sentence in (*split_sentences(context), statement):
        formula = read_rule(sentence)
        if formula is None:
            return f"no formula for the sentence {sentence!r}"
        formulas.append(formula)
    return Program(tuple(formulas[:-1]), formulas[-1])


def read_rule(sentence: str) -> Formula | None:
    """Read a fact (``Anne is not big``), a conditional or a general sentence (``Big, kind people are red``).

    None for anything else.
    """
    text = sentence.strip().rstrip(".")
    if _PRONOUN.search(text) and not _ANYONE.search(text):
        # Whom the pronoun stands for is not said by the form.
        return None
    if match := _CONDITIONAL.match(text):
        conditions, conclusions = list(_clauses(match["conditions"])), list(_clauses(match["conclusion"]))
    elif match := _GENERAL.match(text):
        conditions = list(_clauses("something is " + " and ".join(_AND.split(match["what"]))))
        conclusions = list(_clauses("something is " + match["said"]))
    else:
        facts = list(_clauses(text))
        return conjunction([fact for fact in facts if fact is not None]) if facts and None not in facts else None
    read = [one for one in (*conditions, *conclusions) if one is not None]
    if len(read) < len(conditions) + len(conclusions):
        return None
    return closure(Implies(conjunction(read[: len(conditions)]), conjunction(read[len(conditions) :])))


def _clauses(text: str) -> Iterator[Formula | None]:
    """The clauses between *and*; after ``is big`` may follow ``and (not) kind`` of the same subject."""
    subject = ""
    for part in _AND.split(text):
        if match := _IS.match(part):
            subject = match["subject"]
            yield _signed(Predicate(match["what"].lower(), (_term(subject),)), match["no"])
        elif match := _DOES.match(part):
            subject = ""
            terms: Sequence[Term] = (_term(match["subject"]), _term(match["object"]))
            yield _signed(Predicate(match["verb"].lower(), tuple(terms)), match["no"])
        elif subject and (match := _MORE.match(part)):
            yield _signed(Predicate(match["what"].lower(), (_term(subject),)), match["no"])
        else:
            yield None


def _signed(atom: Formula, no: str | None) -> Formula:
    return Not(atom) if no else atom


def _term(name: str) -> Term:
    name = name.lower()
    return Variable("x") if re.fullmatch(_GENERIC, name) else Constant(name.removeprefix("the "))
