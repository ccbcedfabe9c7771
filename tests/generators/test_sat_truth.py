"""The sat family against brute force: every checker on thousands of small cases, every label and stored fact."""

import itertools
from collections import Counter

import pytest

from logicbench.family import get_family, verify
from logicbench.generation import generate
from logicbench.logic.cnf import CNF
from logicbench.seeding import Stream

SAT = get_family("sat")
CASES_A_TASK = 10_000


def models(instance):
    """All models, by evaluating every clause under every assignment: shares no code with the package."""
    size = instance["num_vars"]
    return [
        bits
        for bits in itertools.product((False, True), repeat=size)
        if all(any(bits[abs(x) - 1] == (x > 0) for x in clause) for clause in instance["clauses"])
    ]


def satisfiable(size, clauses):
    return bool(models({"num_vars": size, "clauses": clauses}))


def cost(instance, bits):
    weights = instance.get("weights") or [1] * len(instance["clauses"])
    return sum(
        weight
        for weight, clause in zip(weights, instance["clauses"], strict=True)
        if not any(bits[abs(x) - 1] == (x > 0) for x in clause)
    )


def small(task, count, **knobs):
    sizes = {"variables": [4, 5, 6], **knobs}
    return list(generate("sat", task, count=count, measure=False, knobs=sizes, surface="dimacs", seed=11))


def write(bits):
    return "".join("1" if bit else "0" for bit in bits)


@pytest.mark.parametrize("task", ["assign", "maxsat"])
def test_assignments(task):
    done = 0
    for problem in small(task, 150) + (small(task, 150, weighted=True) if task == "maxsat" else small(task, 250)):
        size = problem.instance["num_vars"]
        everything = list(itertools.product((False, True), repeat=size))
        best = min(cost(problem.instance, bits) for bits in everything)
        for bits in everything:
            assert verify(problem, f"Answer: {write(bits)}").correct == (cost(problem.instance, bits) == best)
            done += 1
        assert (best == 0) == (task == "assign")
    assert done >= CASES_A_TASK * 0.6


def test_decide_and_certify_labels():
    for task in ("decide", "certify"):
        for problem in small(task, 600):
            truth = "sat" if models(problem.instance) else "unsat"
            assert problem.label == truth
            if task == "decide":
                assert verify(problem, f"Answer: {truth}").correct
                assert not verify(problem, f"Answer: {'sat' if truth == 'unsat' else 'unsat'}").correct


@pytest.mark.slow
def test_five_thousand_labels_at_the_threshold_are_what_z3_says():
    import z3

    found = Counter()
    for size in (10, 20, 40):
        knobs = {"variables": size}
        for problem in generate("sat", "decide", count=1700, measure=False, knobs=knobs, surface="dimacs", seed=size):
            variables = [z3.Bool(str(index)) for index in range(size + 1)]
            solver = z3.Solver()
            for clause in problem.instance["clauses"]:
                solver.add(z3.Or([variables[x] if x > 0 else z3.Not(variables[-x]) for x in clause]))
            assert str(solver.check()) == problem.label, problem.id
            found[problem.label] += 1
    assert found == {"sat": 2550, "unsat": 2550}


def test_twins_differ_in_one_literal():
    problems = small("decide", 200, source=["uniform", "mixed"])
    for first, second in zip(problems[::2], problems[1::2], strict=True):
        assert {first.label, second.label} == {"sat", "unsat"}
        assert first.group_id == second.group_id and first.instance_id != second.instance_id
        pairs = zip(first.instance["clauses"], second.instance["clauses"], strict=True)
        assert sum(abs(x) == abs(y) and x != y for a, b in pairs for x, y in zip(a, b, strict=True)) == 1


def test_certificates_by_brute_force():
    stream = Stream("certificates")
    done = 0
    for problem in small("certify", 250):
        size, clauses = problem.instance["num_vars"], problem.instance["clauses"]
        for _ in range(20):
            chosen = stream.sample(range(len(clauses)), stream.between(1, len(clauses)))
            part = [clauses[i] for i in chosen]
            minimal = not satisfiable(size, part) and all(
                satisfiable(size, part[:i] + part[i + 1 :]) for i in range(len(part))
            )
            text = "Answer: UNSAT " + ", ".join(str(i + 1) for i in sorted(chosen))
            assert verify(problem, text).correct == minimal
            bits = tuple(stream.bit() for _ in range(size))
            assert verify(problem, f"Answer: SAT {write(bits)}").correct == (cost(problem.instance, bits) == 0)
            done += 2
    assert done >= CASES_A_TASK


@pytest.mark.parametrize("task", ["mus", "mcs"])
def test_subsets_by_brute_force(task):
    stream = Stream("subsets", task)
    right = 0
    for problem in small(task, 60):
        size, clauses = problem.instance["num_vars"], problem.instance["clauses"]
        reference = [int(number) - 1 for number in problem.reference.split(", ")]
        for trial in range(60):
            chosen = set(reference) if trial % 2 else set(stream.sample(range(len(clauses)), stream.between(1, 8)))
            if trial % 4 == 1:
                chosen ^= {stream.below(len(clauses))}
            if not chosen:
                continue
            part = [clauses[i] for i in sorted(chosen)]
            rest = [clause for i, clause in enumerate(clauses) if i not in chosen]
            if task == "mus":
                truth = not satisfiable(size, part) and all(
                    satisfiable(size, part[:i] + part[i + 1 :]) for i in range(len(part))
                )
            else:
                truth = satisfiable(size, rest) and all(not satisfiable(size, [*rest, clause]) for clause in part)
            verdict = verify(problem, "Answer: " + ", ".join(str(i + 1) for i in sorted(chosen)))
            assert verdict.correct == truth
            right += truth
    assert right >= 500


def test_backbone_count_and_entailment_by_brute_force():
    for problem in small("backbone", 150):
        found = models(problem.instance)
        truth = [v + 1 if bits[v] else -v - 1 for bits in found[:1] for v in range(len(bits))]
        truth = [x for x in truth if all(bits[abs(x) - 1] == (x > 0) for bits in found)]
        assert problem.instance["backbone"] == truth
        assert verify(problem, "Answer: " + ", ".join(map(str, truth))).correct
        for left_out in truth:
            rest = [x for x in truth if x != left_out]
            assert not verify(problem, f"Answer: {', '.join(map(str, rest)) or 'none'}").correct
            flipped = [-x if x == left_out else x for x in truth]
            assert not verify(problem, "Answer: " + ", ".join(map(str, flipped))).correct
    for problem in small("count", 150):
        number = len(models(problem.instance))
        assert verify(problem, f"Answer: {number}").correct
        assert (
            not verify(problem, f"Answer: {number + 1}").correct and not verify(problem, f"Answer: -{number}").correct
        )
    for problem in small("entail", 150, variables=[6, 7]):
        found, query = models(problem.instance), problem.instance["query"]
        values = {bits[abs(query) - 1] == (query > 0) for bits in found}
        truth = "unknown" if len(values) == 2 else "true" if values == {True} else "false"
        assert problem.label == truth
        for word in ("true", "false", "unknown"):
            assert verify(problem, f"Answer: {word}").correct == (word == truth)


def test_entailment_queries_of_a_group_occur_alike():
    by_group = {}
    for problem in small("entail", 90, variables=[8, 10]):
        by_group.setdefault(problem.group_id, []).append(problem)
    for group in by_group.values():
        assert sorted(problem.label for problem in group) == ["false", "true", "unknown"]
        profiles = set()
        for problem in group:
            flat = list(itertools.chain.from_iterable(problem.instance["clauses"]))
            profiles.add((flat.count(problem.instance["query"]), flat.count(-problem.instance["query"])))
        assert len(profiles) == 1


@pytest.mark.parametrize("variant", ["rename", "permute", "negate", "paraphrase"])
@pytest.mark.parametrize("task", list(SAT.tasks))
def test_variants_keep_the_meaning(task, variant):
    knobs = {"variables": [6, 8], "weighted": True}
    problems = list(generate("sat", task, count=6, measure=False, knobs=knobs, variants=[variant]))
    for base, changed in zip(problems[::2], problems[1::2], strict=True):
        assert base.instance_id == changed.instance_id and changed.variant == variant and base.variant == "base"
        assert verify(changed, f"Answer: {changed.reference}").correct
        assert len(models(base.instance)) == len(models(changed.instance))
        assert base.label == changed.label
        assert base.prompt != changed.prompt or variant == "paraphrase"


@pytest.mark.parametrize("source", ["pigeonhole", "tseitin", "parity", "ordering", "pebbling"])
@pytest.mark.parametrize("size", [4, 9, 12])
def test_structured_sources(source, size):
    for task in ("decide", "certify", "mus", "assign", "maxsat", "mcs"):
        for problem in generate("sat", task, count=2, measure=False, knobs={"variables": size, "source": source}):
            assert verify(problem, f"Answer: {problem.reference}").correct
            assert len({frozenset(clause) for clause in problem.instance["clauses"]}) == len(
                problem.instance["clauses"]
            )
            if problem.label:
                assert problem.label == ("sat" if models(problem.instance) else "unsat")


@pytest.mark.parametrize(
    "knobs", [{}, {"source": "mixed"}, {"source": "quiet", "variables": 30}, {"clause_length": 4}], ids=str
)
def test_no_clause_twice_and_no_tautology(knobs):
    for problem in generate("sat", "assign", count=30, measure=False, knobs=knobs):
        clauses = problem.instance["clauses"]
        assert len({frozenset(clause) for clause in clauses}) == len(clauses)
        assert not any(-x in clause for clause in clauses for x in clause)
        assert CNF.from_json(problem.instance).num_vars == problem.knobs["variables"]


def test_chance_is_the_share_of_right_guesses():
    for task in SAT.tasks:
        for problem in small(task, 3):
            chance = SAT.chance(problem)
            if chance is None or chance < 0.05:
                continue
            hits = sum(verify(problem, f"Answer: {SAT.guess(problem, Stream(task, i))}").correct for i in range(400))
            assert abs(hits / 400 - chance) < 0.11
