"""reasoning-gym's entries (question, answer, metadata), where the metadata suffice to verify an answer.

===================  ==================================================================================================
``graph_color``      a problem of `coloring`: color, of the puzzle's graph
``syllogism``        a problem of `skills`: judge, of the sentences as formulas; where the published label is another,
                     existential import or a missing rule of distribution made it
``knights_knaves``   a problem of `imported`: roles; the question is kept, and an answer is right if everybody's
                     statement is true exactly if they are a truth-teller
===================  ==================================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from logicbench.errors import InputError
from logicbench.family import Draft, make_knobs
from logicbench.generators.coloring.family import FAMILY as COLORING
from logicbench.generators.coloring.instance import instance_of
from logicbench.generators.coloring.knobs import ColoringKnobs
from logicbench.generators.coloring.lexicon import Lexicon
from logicbench.generators.fol.argument import Argument
from logicbench.generators.fol.words import Words, symbol_of
from logicbench.generators.imported.roles import puzzle_of
from logicbench.interop.imports.files import rows
from logicbench.interop.imports.recast import Imported, Record, field, recast
from logicbench.logic.fol.syntax import And, Exists, Forall, Formula, Implies, Not, Predicate, Variable
from logicbench.logic.graph import Graph
from logicbench.problem import Problem
from logicbench.seeding import Stream

FORMAT_NOTE = " (Format your answer like:"
"""Where the question of a puzzle goes over into how to answer, for which we have a form of our own."""

Reader = Callable[[Mapping[str, Any], Record, str | None, str], Imported]

REFUSED: Mapping[str, str] = {
    "propositional_logic": (
        "its answer is any formula that follows, so that repeating a premise is one; ask with skills or fol instead"
    ),
    "zebra_puzzles": "its metadata do not hold the puzzle's clues, only the question's text does",
    "self_reference": "its metadata do not hold the statements, only the question's text does",
}
"""Why a data set is not read, where there is more to say than that we have no verifier for it."""


def read_reasoning_gym(path: str | Path, surface: str | None = None) -> Iterator[Imported]:
    """Yield the problems of a file of entries.

    Args:
        path: The entries, as JSON or JSONL.
        surface: How they are shown; None is the first surface of the family. Puzzles keep their question.

    Raises:
        InputError: With file and line, if a field is missing or wrong, or the data set is none that can be verified.
    """
    for place, row in rows(path):
        source = f"{path}"
        metadata = field(row, "metadata", dict, source, place)
        dataset = field(metadata, "source_dataset", str, source, place)
        if dataset not in READERS:
            why = REFUSED.get(dataset, "logicbench has no verifier for its answers")
            known = ", ".join(READERS)
            raise InputError.at(
                source, place, f"reasoning-gym's {dataset!r} cannot be imported: {why}. Read are: {known}"
            )
        name = f"{dataset}-{metadata.get('source_index', place)}"
        try:
            yield READERS[dataset](row, Record(f"reasoning-gym/{dataset}", name, place), surface, source)
        except InputError as error:
            text = str(error)
            raise InputError(text if text.startswith(f"{source}:") else f"{source}:{place}: {text}") from None


# --- graphs -----------------------------------------------------------------------------------------------------------


def _graph_color(row: Mapping[str, Any], record: Record, surface: str | None, source: str) -> Imported:
    place, metadata = record.place, row["metadata"]
    puzzle = field(metadata, "puzzle", dict, source, place)
    vertices = field(puzzle, "vertices", list, source, place)
    colors = field(puzzle, "color_options", list, source, place)
    numbers = {str(vertex): number for number, vertex in enumerate(vertices, 1)}
    shades = {str(color): number for number, color in enumerate(colors, 1)}
    if len(numbers) != len(vertices) or len(shades) != len(colors):
        raise InputError.at(source, place, "the puzzle names a vertex or a colour twice")
    edges = []
    for edge in field(puzzle, "edges", list, source, place):
        if not isinstance(edge, list | tuple) or len(edge) != 2 or not {str(end) for end in edge} <= numbers.keys():
            raise InputError.at(source, place, f"{edge!r} is not an edge between two of the puzzle's vertices")
        edges.append((numbers[str(edge[0])], numbers[str(edge[1])]))
    knobs = make_knobs(COLORING, {"colors": len(colors)})
    assert isinstance(knobs, ColoringKnobs)
    stream = Stream("import", record.dataset, record.name)
    (draft,) = COLORING.adopt("color", Graph.of(len(vertices), edges), knobs, stream)
    published = metadata.get("possible_answer")
    if isinstance(published, dict):
        given = {str(vertex): shades.get(str(color), 0) for vertex, color in published.items()}
        colours = [given.get(vertex, 0) for vertex in numbers]
        record = replace(record, answer=(str(published), lambda problem: _written(problem, colours)))
    return recast(COLORING.name, "color", draft, surface, record)


def _written(problem: Problem, colours: Sequence[int]) -> str:
    instance = instance_of(problem.instance)
    return Lexicon.of(instance.order, instance.k, problem.surface, problem.rendering).write_coloring(colours)


# --- syllogisms -------------------------------------------------------------------------------------------------------

_SENTENCE = re.compile(
    r"(?P<quantity>All|No|Some) (?P<subject>[A-Za-z]+) are (?P<no>not )?(?P<predicate>[A-Za-z]+)[.?]?"
)
_SINGULAR = {"children": "child", "men": "man", "women": "woman", "people": "person", "mice": "mouse", "geese": "goose"}


def _syllogism(row: Mapping[str, Any], record: Record, surface: str | None, source: str) -> Imported:
    place, metadata = record.place, row["metadata"]
    entries: dict[str, tuple[str, ...]] = {}
    formulas = []
    for name in ("premise1", "premise2", "conclusion"):
        sentence = field(metadata, name, str, source, place)
        match = _SENTENCE.fullmatch(sentence.strip())
        if match is None or (match["no"] and match["quantity"] != "Some"):
            raise InputError.at(source, place, f"field {name!r} is not 'All, No or Some X are (not) Y': {sentence!r}")
        terms = [_singular(match["subject"]), _singular(match["predicate"])]
        entries |= {symbol_of(term): ("role", term) for term in terms}
        formulas.append(_formula(match["quantity"], match["no"] is not None, *map(symbol_of, terms)))
    argument = Argument(tuple(formulas[:2]), formulas[2], Words(entries))
    if argument.label is None:
        raise InputError.at(source, place, "the premises contradict each other, or the prover's budget was used up")
    answer = field(row, "answer", str, source, place)
    kind = str(metadata.get("type", "syllogism"))
    instance = {**argument.to_instance(), "rule": kind, "steps": [kind], "original": True}
    record = replace(record, answer=(answer, lambda problem: answer), facts=(("type", kind),))
    draft = Draft(instance, "valid" if argument.valid else "invalid")
    return recast("skills", "judge", draft, surface, record)


def _singular(plural: str) -> str:
    word = plural.lower()
    if word in _SINGULAR:
        return _SINGULAR[word]
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _formula(quantity: str, denied: bool, subject: str, predicate: str) -> Formula:
    x = Variable("x")
    one, other = Predicate(subject, (x,)), Predicate(predicate, (x,))
    if quantity == "Some":
        return Exists(x, And((one, Not(other) if denied else other)))
    return Forall(x, Implies(one, Not(other) if quantity == "No" else other))


# --- knights and knaves -----------------------------------------------------------------------------------------------


def _knights_knaves(row: Mapping[str, Any], record: Record, surface: str | None, source: str) -> Imported:
    place, metadata = record.place, row["metadata"]
    terms = field(metadata, "knight_knave_terms", dict, source, place)
    question = field(row, "question", str, source, place)
    instance = {
        "dataset": "reasoning-gym/knights_knaves",
        "source_id": record.name,
        "context": question.partition(FORMAT_NOTE)[0].strip(),
        "names": field(metadata, "names", list, source, place),
        "words": [field(terms, word, str, source, place) for word in ("knight", "knave")],
        "statements": field(metadata, "statements", list, source, place),
    }
    if not puzzle_of(instance).solutions:
        raise InputError.at(source, place, "no choice of roles fits the statements")
    answer = field(row, "answer", str, source, place)
    record = replace(record, answer=(answer, lambda problem: answer))
    return recast("imported", "roles", Draft(instance), surface, record)


READERS: Mapping[str, Reader] = {
    "graph_color": _graph_color,
    "syllogism": _syllogism,
    "knights_knaves": _knights_knaves,
}
"""The data sets that are read."""
