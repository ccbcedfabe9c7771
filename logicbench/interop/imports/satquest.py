"""SATQuest's rows (Zhao et al. 2025): CNF formulas in DIMACS, asked about in five ways.

Two layouts are read. A row of the published sets holds a satisfiable and an unsatisfiable formula (``sat_dimacs``,
``unsat_dimacs``), and every problem type is made of the one that it fits. A row prepared for training holds one formula
and its type (``cnf_dimacs``, ``p_type``, and with it perhaps the question format ``q_type``).

The rows hold no answers but what follows from their type: that ``sat_dimacs`` is satisfiable and ``unsat_dimacs`` not,
which is checked. Our answers are clause numbers where SATQuest's are strings of bits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from logicbench.errors import InputError, UnknownNameError
from logicbench.generators.sat.family import FAMILY
from logicbench.generators.sat.knobs import SatKnobs
from logicbench.interop.imports.files import rows
from logicbench.interop.imports.recast import Imported, Record, field, recast
from logicbench.logic.cnf import CNF
from logicbench.logic.dimacs import parse_dimacs
from logicbench.seeding import Stream

TYPES: Mapping[str, str] = {
    "SATDP": "decide", "SATDP_SAT": "decide", "SATDP_UNSAT": "decide", "SATSP": "assign", "MaxSAT": "maxsat",
    "MCS": "mcs", "MUS": "mus",
}  # fmt: skip
"""SATQuest's problem type -> task of `sat`."""

SURFACES: Mapping[str, str] = {"math": "math", "dimacs": "dimacs", "story": "story", "dualstory": "dual-story"}
"""SATQuest's question format -> surface of `sat`."""

_PAIR = {"sat_dimacs": ("SATDP_SAT", "SATSP"), "unsat_dimacs": ("SATDP_UNSAT", "MaxSAT", "MCS", "MUS")}
_LABELS = {"SATDP_SAT": "SAT", "SATDP_UNSAT": "UNSAT"}
_TYPES = {name.lower(): name for name in TYPES}


def read_satquest(path: str | Path, surface: str | None = None) -> Iterator[Imported]:
    """Yield the problems of a SATQuest file.

    Args:
        path: The rows, as JSON or JSONL.
        surface: How formulas are shown; None is the row's own format, or else mathematics.

    Raises:
        InputError: With file and line, if a field is missing or wrong, or a formula does not fit its type.
    """
    for place, row in rows(path):
        source = str(path)
        name = str(row.get("id", place))
        if "cnf_dimacs" in row:
            given = str(row.get("p_type"))
            kind = _TYPES.get(given.lower())
            if kind is None:
                raise InputError.at(source, place, str(UnknownNameError("SATQuest problem type", given, TYPES)))
            shown = surface or _surface(row, source, place)
            yield _problem(row, "cnf_dimacs", kind, shown, (source, place, name))
        elif _PAIR.keys() <= row.keys():
            for column, kinds in _PAIR.items():
                for kind in kinds:
                    yield _problem(row, column, kind, surface, (source, place, name))
        else:
            raise InputError.at(source, place, "expected 'sat_dimacs' and 'unsat_dimacs', or 'cnf_dimacs' and 'p_type'")


def _surface(row: Mapping[str, Any], source: str, place: int) -> str | None:
    given = row.get("q_type")
    if given is not None and given not in SURFACES:
        raise InputError.at(source, place, str(UnknownNameError("SATQuest question format", str(given), SURFACES)))
    return None if given is None else SURFACES[given]


def _problem(
    row: Mapping[str, Any], column: str, kind: str, surface: str | None, where: tuple[str, int, str]
) -> Imported:
    source, place, name = where
    cnf = parse_dimacs(field(row, column, str, source, place), source=f"{source}:{place}: {column}")
    task = TYPES[kind]
    stream = Stream("import", "satquest", name, kind)
    try:
        (draft,) = FAMILY.adopt(task, _used(cnf), SatKnobs.model_validate({}), stream)
    except InputError as error:
        raise InputError.at(source, place, f"{column}, type {kind}: {error}") from None
    label = _LABELS.get(kind)
    answer = None if label is None else (label, lambda problem: label)
    return recast(FAMILY.name, task, draft, surface, Record("satquest", name, place, answer, (("type", kind),)))


def _used(cnf: CNF) -> CNF:
    """The formula over the variables up to the greatest that occurs: SATQuest takes no more from a header."""
    return CNF(max((abs(literal) for clause in cnf.clauses for literal in clause), default=0), cnf.clauses)
