"""SATQuest's rows as problems of ours: both verifiers say the same of its references and of any other answer."""

import json
import random

import pytest

from logicbench.family import verify
from logicbench.interop.imports.satquest import SURFACES, TYPES, read_satquest

satquest = pytest.importorskip("satquest", reason="satquest is not installed; pip install logicbench[bench]")
BINARY = {"assign", "maxsat"}


def clauses(rng, variables, count):
    """Different clauses of mixed lengths, as SATQuest's generator draws them."""
    found = set()
    while len(found) < count:
        size = min(variables, rng.choice((2, 3, 3, 4)))
        chosen = sorted(rng.sample(range(1, variables + 1), size))
        found.add(tuple(v if rng.random() < 0.5 else -v for v in chosen))
    return [list(clause) for clause in found]


def row(rng, number):
    variables = rng.randint(3, 9)
    while (unsat := satquest.CNF(clauses=clauses(rng, variables, 4 * variables))).is_sat:
        pass
    flipped = unsat
    while not flipped.is_sat:  # its way to the satisfiable partner: clauses may come twice
        flipped = satquest.CNF(clauses=[[-x if rng.random() < 0.5 else x for x in c] for c in flipped.clauses])
    return {"id": number, "sat_dimacs": flipped.dimacs, "unsat_dimacs": unsat.dimacs, "num_variable": variables}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    rng = random.Random(3)
    rows = [row(rng, number) for number in range(25)]
    path = tmp_path_factory.mktemp("satquest") / "rows.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in rows))
    return path, rows


def ours(problem, bits):
    """An answer of SATQuest's in our words."""
    if problem.task == "decide":
        yes, no = ("SAT", "UNSAT") if problem.reference in ("SAT", "UNSAT") else ("YES", "NO")
        return yes if bits == "1" else no
    if problem.task in BINARY:
        return bits
    return ", ".join(str(place) for place, bit in enumerate(bits, 1) if bit == "1") or "none"


def theirs(problem, rows):
    kind = problem.knobs["type"]
    column = "sat_dimacs" if kind in ("SATDP_SAT", "SATSP") else "unsat_dimacs"
    return satquest.create_problem(kind, satquest.CNF(dimacs=rows[problem.index - 1][column]))


@pytest.mark.parametrize("surface", [None, "story"])
def test_verdicts_agree_on_references_and_on_any_other_answer(made, surface):
    path, rows = made
    rng = random.Random(4)
    seen = {}
    for one in read_satquest(path, surface):
        problem, other = one.problem, theirs(one.problem, rows)
        assert one.check.status in ("confirmed", "not checked")
        answers = {other.solution, *(flips(other.solution, rng) for _ in range(12))}
        assert other.check(other.solution)
        for bits in answers:
            verdict = verify(problem, f"Answer: {ours(problem, bits)}")
            assert verdict.correct == bool(other.check(bits)), (problem.task, bits)
            seen.setdefault((problem.task, verdict.correct), 0)
            seen[problem.task, verdict.correct] += 1
    assert set(seen) == {(task, right) for task in set(TYPES.values()) for right in (True, False)}


def flips(bits, rng):
    changed = list(bits)
    for place in rng.sample(range(len(bits)), min(len(bits), rng.randint(1, 3))):
        changed[place] = "1" if changed[place] == "0" else "0"
    return "".join(changed)


@pytest.mark.parametrize("kind", ["SATDP", "SATSP", "MaxSAT", "MCS", "MUS"])
@pytest.mark.parametrize("q_type", SURFACES)
def test_rows_prepared_for_training_keep_type_and_format(made, tmp_path, kind, q_type):
    dimacs = made[1][0]["sat_dimacs" if kind == "SATSP" else "unsat_dimacs"]
    path = tmp_path / "prepared.json"
    path.write_text(json.dumps([{"cnf_dimacs": dimacs, "p_type": kind, "q_type": q_type}]))
    (one,) = read_satquest(path)
    assert (one.problem.task, one.problem.surface) == (TYPES[kind], SURFACES[q_type])
    assert len(one.problem.instance["clauses"]) == satquest.CNF(dimacs=dimacs).mc
    assert verify(one.problem, f"Answer: {one.problem.reference}").correct
