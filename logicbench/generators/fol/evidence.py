"""Answers that come with evidence: premises that are needed, or situations that settle a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from logicbench.answers import Reader, read_index_set, read_label, refuse_other_label
from logicbench.errors import BudgetExceeded, InputError
from logicbench.generators.fol import situations
from logicbench.generators.fol.argument import Argument
from logicbench.generators.fol.situations import Symbols, Value
from logicbench.generators.nlsat.task import verdict
from logicbench.logic.fol.structures import as_batch, evaluate_batch
from logicbench.problem import Verdict, Violation
from logicbench.seeding import Stream


def symbols_of(argument: Argument) -> Symbols:
    """Return the symbols that a situation for the argument has to interpret; words of constants are read too."""
    found = Symbols.of(argument.signature, argument.equality)
    found = replace(found, aliases={argument.words.word(name): name for name in found.constants})
    if not argument.used_sorts:
        return found
    sorts = {
        sort: tuple(name for name in found.constants if argument.sorts[name] == sort) for sort in argument.used_sorts
    }
    return replace(found, sorts=sorts, profiles=argument.profiles)


def read_evidence(argument: Argument, labels: Mapping[str, str], counts: Mapping[str, int]) -> Reader:
    """Return a reader of a label and what belongs to it.

    Args:
        argument: What is asked about.
        labels: Accepted word -> label.
        counts: Label -> number of situations that it takes; labels that are missing take numbers of premises.
    """
    label_of = read_label(labels)
    numbers = read_index_set(len(argument.premises))
    readers = {label: situations.reader(symbols_of(argument), count) for label, count in counts.items()}

    def read(span: str) -> tuple[Any, str]:
        label, rest = label_of(span)
        found, rest = readers.get(label, numbers)(rest.lstrip(" \t\r\n;:,.-"))
        refuse_other_label(label_of, label, rest)
        return (label, found), rest

    return read


def check_core(argument: Argument, numbers: Sequence[int], label: str) -> Verdict:
    """Check that the numbered premises settle the question, and that none of them can be left out."""
    places = [number - 1 for number in numbers]
    needed = argument.is_needed(places)
    if needed is None:
        return Verdict("undecided", 0.0, violations=(Violation("budget", "The prover's budget was used up."),))
    message = "These premises do not settle it, or not all of them are needed."
    return verdict(needed, f"{label}: {' '.join(map(str, numbers))}", (Violation("wrong-premises", message),))


def check_situation(argument: Argument, value: Value, conclusion: bool) -> list[Violation]:
    """Return what is wrong with a situation in which the premises, and the conclusion or its denial, should be true."""
    structure = situations.structure_of(value, symbols_of(argument))
    if isinstance(structure, str):
        return [Violation("incomplete-situation", structure)]
    try:
        batch = as_batch(structure)
        found = [
            Violation("false-premise", f"Premise {number} is false in this situation.", {"premise": number})
            for number, premise in enumerate(argument.premises, 1)
            if not evaluate_batch(premise, batch)[0]
        ]
        if bool(evaluate_batch(argument.conclusion, batch)[0]) != conclusion:
            state = "false" if conclusion else "true"
            found.append(Violation("conclusion", f"The conclusion is {state} in this situation."))
    except (InputError, BudgetExceeded) as error:
        return [Violation("incomplete-situation", str(error))]
    return found


def write_situation(argument: Argument, conclusion: bool) -> str:
    """Return a situation in which the premises are true, and the conclusion is or is not."""
    return situations.write(argument.model(conclusion), symbols_of(argument))


def guess_situation(argument: Argument, stream: Stream) -> str:
    """Return a random situation."""
    return situations.random_situation(symbols_of(argument), stream.choice)


def guess_numbers(argument: Argument, stream: Stream) -> str:
    """Return the numbers of random premises, at least one."""
    count = len(argument.premises)
    return ", ".join(map(str, sorted(1 + place for place in stream.sample(range(count), stream.between(1, count)))))
