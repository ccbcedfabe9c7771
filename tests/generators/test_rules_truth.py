"""Labels, derivations and missing facts of the rules family against a second implementation that reads the prompt."""

import re
from collections import Counter

import pytest
from support.rules_oracle import Text, literal
from rules_problems import ANSWER_ONLY, SETTINGS, problems

from logicbench.errors import InputError
from logicbench.family import Family, get_family, make_knobs, verify
from logicbench.generation import generate
from logicbench.generators.nlsat.theories import Theory, theory_of
from logicbench.generators.rules.program import Program
from logicbench.logic.english import get_fragment
from logicbench.seeding import Stream

RULES = get_family("rules")
ALL = {**SETTINGS, **ANSWER_ONLY}


def test_it_is_a_family():
    assert isinstance(RULES, Family)


def check_labels(name, count, seed=0):
    found = problems("answer", name, count, seed=seed)
    for problem in found:
        assert Text(problem.prompt).label() == problem.label, problem.prompt
        assert problem.reference == problem.label.upper()
    counts = Counter(problem.label for problem in found)
    assert max(counts.values()) - min(counts.values()) <= 2
    assert set(counts) == ({"true", "false"} if "closed" in name else {"true", "false", "unknown"})


@pytest.mark.parametrize("name", ALL)
def test_labels_agree_with_the_second_implementation(name):
    check_labels(name, 36)


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_labels_agree_on_thousands(name):
    check_labels(name, 600, seed=1)


def check_proofs(name, count, seed=0):
    for problem in problems("proof", name, count, seed=seed):
        text = Text(problem.prompt)
        assert text.is_proof(problem.reference), problem.prompt
        assert text.query in text.derivable()


@pytest.mark.parametrize("name", SETTINGS)
def test_reference_derivations_are_derivations(name):
    check_proofs(name, 12)


def check_missing(name, count, seed=0):
    for problem in problems("missing-fact", name, count, seed=seed):
        text = Text(problem.prompt)
        assert text.query not in text.derivable()
        assert text.is_missing_fact(literal(problem.reference))
        right = 0
        for atom, positive in text.facts_in_its_words():
            expected = text.is_missing_fact((atom, positive))
            answer = f"Answer: {'' if positive else 'not '}{atom}"
            assert verify(problem, answer).correct == expected, (answer, problem.prompt)
            right += expected
        assert 0 < RULES.chance(problem) <= 1
        assert right


@pytest.mark.parametrize("name", SETTINGS)
def test_missing_facts_are_those_that_help(name):
    check_missing(name, 3)


@pytest.mark.slow
@pytest.mark.parametrize("name", SETTINGS)
def test_derivations_and_missing_facts_by_the_hundred(name):
    check_proofs(name, 300, seed=1)
    check_missing(name, 100, seed=1)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("surface", ["english", "story"])
def test_the_english_says_what_is_solved(name, surface):
    language = get_fragment("grounded")
    for problem in problems("answer", name, 6, surface):
        lines = re.findall(r"^\d+\. (.*)$", problem.prompt, re.MULTILINE)
        theory = theory_of(problem.instance)
        assert tuple(map(language.read, lines)) == theory.sentences
        assert language.read(problem.prompt.split("\n\n")[3]) == theory.query


def test_each_surface_has_three_templates():
    for surface in RULES.surfaces:
        openings = set()
        for problem in problems("answer", "open", 60, surface):
            names = set(problem.instance["people"])
            opening = " ".join(problem.prompt.split(" ")[:7])
            openings.add(" ".join(word for word in opening.split() if word.strip(",.:").capitalize() not in names))
        assert len(openings) >= 3


# --- samples --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SETTINGS)
def test_the_theories_of_a_group_differ_in_one_fact(name):
    groups = {}
    for problem in problems("answer", name, 24):
        groups.setdefault(problem.group_id, []).append(problem.instance)
    for group in groups.values():
        sentences = [instance["sentences"] for instance in group]
        assert len({len(one) for one in sentences}) == 1
        for one in sentences:
            changed = sum(first != other for first, other in zip(sentences[0], one, strict=True))
            assert changed <= 1
        assert len({query.replace(" not", "").replace("does", "") for query in (i["query"] for i in group)}) <= 2


@pytest.mark.parametrize("depth", [0, 1, 2, 4, 8, 12])
@pytest.mark.parametrize("world", ["open", "closed"])
def test_depth_is_as_asked_for(depth, world):
    for problem in generate("rules", "answer", count=6, knobs={"depth": depth, "world": world}):
        if world == "closed" or problem.label != "unknown":
            assert problem.hardness["depth"] == depth
        assert problem.hardness["rounds"] >= depth


def test_derivations_are_as_long_as_asked_for():
    for problem in generate("rules", "proof", count=5, knobs={"depth": 6}):
        assert problem.hardness["steps"] == len(problem.reference.splitlines()) == 6


def test_effort_and_score_grow_with_depth_and_distractors():
    def mean(**knobs):
        found = list(generate("rules", "answer", count=12, knobs=knobs))
        return sum(problem.hardness["score"] for problem in found) / len(found)

    assert mean(depth=1) < mean(depth=4) < mean(depth=9)
    assert mean(depth=4, distractors=2) < mean(depth=4, distractors=30)
    assert mean(source="hard-sat", variables=6) < mean(source="hard-sat", variables=20)


def test_a_band_can_be_asked_for():
    for problem in generate("rules", "answer", count=9, hardness=(0.5, 0.7), knobs={"depth": list(range(2, 9))}):
        assert 0.5 <= problem.hardness["score"] <= 0.7


def test_settings_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="open"):
        make_knobs(RULES, {"source": "hard-sat", "world": "closed"})
    for task in ("proof", "missing-fact"):
        with pytest.raises(InputError, match="depth"):
            problems(task, "given", 1)
        with pytest.raises(InputError, match="chains"):
            problems(task, "hard", 1)


def test_same_request_same_bytes():
    first, second = (problems("missing-fact", "open", 3, "all") for _ in range(2))
    assert [problem.to_json() for problem in first] == [problem.to_json() for problem in second]


# --- variants -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", RULES.tasks)
@pytest.mark.parametrize("name", ["open", "closed"])
def test_variants_keep_the_answer(task, name):
    variants = [variant for variant in RULES.variants if name == "open" or variant != "negate"]
    for problem in problems(task, name, 4, variants=variants):
        text = Text(problem.prompt)
        if task == "answer":
            assert text.label() == problem.label
        elif task == "proof":
            assert text.is_proof(problem.reference)
        else:
            assert text.is_missing_fact(literal(problem.reference))
        assert verify(problem, f"Answer: {problem.reference}").correct


def test_denials_cannot_stand_for_facts_in_a_closed_world():
    with pytest.raises(InputError, match="negate"):
        problems("answer", "closed", 2, variants=["negate"])


# --- programs -------------------------------------------------------------------------------------------------------


def theory(*sentences, people=("Agnes", "Hubert")):
    language = get_fragment("grounded")
    return Theory("grounded", tuple(map(language.read, sentences)), people)


def test_a_program_that_rests_on_its_own_absence_is_refused():
    with pytest.raises(InputError, match="stratified"):
        Program(theory("If Agnes is not kind, then Agnes is kind."), closed=True)
    with pytest.raises(InputError, match="denials"):
        Program(theory("Agnes is not kind."), closed=True)
    with pytest.raises(InputError, match="neither a fact nor a rule"):
        Program(theory("Agnes is kind or Hubert is kind."), closed=False)


def test_circular_rules_prove_nothing():
    circle = theory(
        "If Agnes is kind, then Agnes is a baker.",
        "If Agnes is a baker, then Agnes is kind.",
        "If Agnes is not kind, then Hubert is kind.",
    )
    program = Program(circle, closed=True)
    assert [literal.atom.arguments for literal in program.derive()] == [("Hubert",)]


def test_random_programs_have_the_well_founded_model():
    """Programs that the sampler would never draw: cycles, several rules for one atom, facts that rules conclude."""
    words = ["kind", "brave", "bright", "athletic", "bookish"]
    checked = 0
    for seed in range(300):
        stream = Stream("programs", seed)
        lines = []
        for _ in range(stream.between(3, 9)):
            parts = [f"Agnes is {'not ' if stream.chance(0.3) else ''}{stream.choice(words)}" for _ in range(2)]
            head = f"Agnes is {stream.choice(words)}"
            lines.append(f"If {' and '.join(dict.fromkeys(parts))}, then {head}." if stream.chance(0.7) else f"{head}.")
        lines = list(dict.fromkeys(lines))
        try:
            program = Program(theory(*lines, people=("Agnes",)), closed=True)
        except InputError:
            continue
        text = Text.__new__(Text)
        text.ground = []
        for number, line in enumerate(lines, 1):
            found = [(f"{word}(agnes)", not denied) for denied, word in re.findall(r"Agnes is (not )?([a-z]+)", line)]
            text.ground.append((number, (found[:-1], found[-1])))
        model = {f"{one.atom.predicate}(agnes)" for one in program.derive()}
        assert model == text.perfect_model(), lines
        checked += 1
    assert checked > 100


# --- shortcuts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["closed", "hard"])
def test_nothing_shallow_tells_the_label(name):
    pytest.importorskip("sklearn")
    from threadpoolctl import threadpool_limits

    from logicbench.audit import audit

    found = problems("answer", name, 144, "english", seed=2)
    with threadpool_limits(1):
        findings = audit(found, solver_bound=0.65 if name == "closed" else 0.5, confidence=0.999)
    assert {finding.kind for finding in findings} == {"classifier", "solver"}
    assert [finding for finding in findings if not finding.passed] == []


@pytest.mark.parametrize("name", ["open", "closed"])
def test_shallow_solvers_do_not_prove_or_find_much(name):
    for task, bound in (("proof", 0.1), ("missing-fact", 0.5)):
        found = problems(task, name, 20, seed=2)
        for solver in RULES.baselines(task).values():
            right = sum(verify(problem, f"Answer: {solver(problem)}").correct for problem in found)
            assert right <= bound * len(found)
