"""Answers to the nlsat family: dressed references are accepted, broken ones rejected, and nothing raises."""

import random
import time

import pytest
from nlsat_problems import SETTINGS, group
from support.mutations import dressed, giants, hostile

from logicbench.family import verify
from logicbench.generators.nlsat import FAMILY
from logicbench.generators.nlsat.theories import theory_of
from logicbench.logic.english import World
from logicbench.problem import Answer, Unparsable
from logicbench.seeding import Stream

TASKS = tuple(FAMILY.tasks)


@pytest.mark.parametrize("task", TASKS)
def test_every_dress_of_a_reference_is_accepted(task):
    rng = random.Random(task)
    for name in SETTINGS:
        for surface in FAMILY.surfaces:
            for problem in group(task, name, 0, surface):
                multiline = "\n" in problem.reference
                for text in rng.sample(list(dressed(problem.reference, multiline)), 40):
                    verdict = verify(problem, text)
                    assert verdict.correct, (problem.prompt, text, verdict)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_world_with_one_fact_changed_is_judged_by_the_statements(name):
    judged = {"correct": 0, "wrong": 0}
    for seed in range(3):
        [problem] = [one for one in group("certify", name, seed) if one.label == "sat"]
        theory = theory_of(problem.instance)
        read = FAMILY.parse(problem, f"Answer: {problem.reference}")
        people, facts = read.value[1]
        places = [type(fact)(fact.predicate, (person,)) for person in people for fact in theory.atoms()]
        for atom in places if name == "syllogistic" else theory.atoms():
            changed = tuple(sorted(set(facts) ^ {atom}))
            world = World(people, frozenset(changed))
            broken = [place for place, one in enumerate(theory.sentences, 1) if not world.holds(one)]
            verdict = FAMILY.check(problem, Answer(("sat", (people, changed))))
            assert verdict.status == ("wrong" if broken else "correct")
            assert [violation.data["statement"] for violation in verdict.violations] == broken[:20]
            judged[verdict.status] += 1
    assert judged["wrong"] > 0


@pytest.mark.parametrize("name", SETTINGS)
def test_a_contradiction_with_one_number_changed_is_rejected(name):
    for seed in range(2):
        [problem] = [one for one in group("certify", name, seed) if one.label == "unsat"]
        numbers = list(map(int, problem.reference.removeprefix("NO ").split(", ")))
        others = [n for n in range(1, len(problem.instance["sentences"]) + 1) if n not in numbers]
        changed = [[n for n in numbers if n != gone] for gone in numbers]
        changed += [[*numbers, more] for more in others]
        for answer in changed:
            assert not verify(problem, f"Answer: NO {', '.join(map(str, answer))}").correct
        shuffled = Stream("order", seed).shuffled(numbers)
        assert verify(problem, f"Answer: NO, {' and '.join(map(str, shuffled))}").correct
        for text in (f"NO {problem.reference[3:]}, {numbers[0]}", f"NO {problem.reference[3:]}, 999", "NO all", "NO 0"):
            assert verify(problem, f"Answer: {text}").status == "unparsable", text


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("task", TASKS)
def test_hedges_earn_nothing(task, name):
    for problem in group(task, name, 3):
        right = problem.reference
        for other in {FAMILY.guess(problem, Stream("hedge", i)) for i in range(6)}:
            if verify(problem, f"Answer: {other}").correct:
                continue
            for text in (
                f"Answer: {right}\nAnswer: {other}",
                f"Answer: {other}\n\nAnswer: {right}",
                f"<answer>{right}</answer>\n<answer>{other}</answer>",
                f"Answer: {right}\nor\n{other}",
                f"Answer: {other} or {right}",
            ):
                assert not verify(problem, text).correct, text


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("task", TASKS)
def test_the_prompt_is_no_answer_and_thinking_does_not_count(task, name):
    for problem in group(task, name, 1):
        answer = f"Answer: {problem.reference}"
        assert verify(problem, problem.prompt).status == "unparsable"
        assert verify(problem, f"{problem.prompt}\n\n{answer}").correct
        assert not verify(problem, f"<think>{answer}</think>").correct
        assert not verify(problem, f"<think>{answer}").correct


@pytest.mark.parametrize("name", ["mixed", "syllogistic", "transitive"])
@pytest.mark.parametrize("task", TASKS)
def test_hostile_text_neither_raises_nor_stalls(task, name):
    problem = group(task, name, 0)[0]
    soup = [
        *problem.prompt.split()[-80:],
        *problem.instance["people"],
        "Person",
        "1",
        ":",
        ",",
        "\n",
        "YES",
        "NO",
        "not",
    ]
    rng = random.Random(task)
    texts = list(hostile(1200, seed=len(task)))
    texts += ["Answer: YES\n" + " ".join(rng.choices(soup, k=rng.randint(1, 50))) for _ in range(400)]
    texts += ["Answer: NO " + " ".join(rng.choices(soup, k=rng.randint(1, 50))) for _ in range(100)]
    for text in texts:
        answer = FAMILY.parse(problem, text)
        assert isinstance(answer, Answer | Unparsable)
        if isinstance(answer, Answer):
            assert FAMILY.check(problem, answer).status in ("correct", "wrong", "undecided")


@pytest.mark.parametrize("name", ["mixed", "syllogistic"])
@pytest.mark.parametrize("task", TASKS)
def test_giant_text_is_read_in_linear_time(task, name):
    problem = group(task, name, 0)[0]
    megabyte = 1 << 20
    own = [
        "Answer: YES\n" + "Person 1: nothing\n" * (megabyte // 18),
        "Answer: YES\n" + "Person 1: " * (megabyte // 10),
    ]
    own += ["Answer: NO " + "1, " * (megabyte // 3), "Answer: YES\nThings: " + "not " * (megabyte // 4)]
    own += [f"Answer: YES\n{name}: " + "nothing, " * (megabyte // 9) for name in problem.instance["people"][:1]]
    for text in giants() + own:
        started = time.process_time()
        verify(problem, text)
        # Quadratic scanning of a megabyte takes minutes, so the bound need not be tight.
        assert time.process_time() - started < 3, text[:60]
