"""A toy family (is the number even?), so that backends are tested without the rest of the house."""

from __future__ import annotations

from logicbench.family import Knobs, Task
from logicbench.models.protocol import Message, Request
from logicbench.problem import CORRECT, Answer, Unparsable, Verdict
from logicbench.seeding import Stream


class ToyFamily:
    name = "toy"
    version = "1"
    summary = "Is a number even?"
    control = "none"
    tasks = {"parity": Task("parity", "Is it even?", "even or odd", ("even", "odd"))}  # noqa: RUF012
    surfaces = ("plain",)
    variants = ()
    knobs = Knobs

    def sample(self, task, knobs, stream):
        raise NotImplementedError

    def measure(self, task, instance, stream):
        return {}

    def render(self, task, instance, surface, stream):
        raise NotImplementedError

    def vary(self, task, instance, variant, stream):
        return instance

    def parse(self, problem, text):
        word = text.strip().removeprefix("Answer: ")
        return Answer(word, word) if word in ("even", "odd") else Unparsable("no-answer", "say even or odd")

    def check(self, problem, answer):
        right = "odd" if problem.instance["number"] % 2 else "even"
        return CORRECT if answer.value == right else Verdict("wrong", 0.0)

    def guess(self, problem, stream):
        return "Answer: " + stream.choice(("even", "odd"))

    def chance(self, problem):
        return 0.5

    def baselines(self, task):
        return {}


def requests_for(problems, samples=1, seed=0):
    """One request for each problem and sample, with independent seeds."""
    return [
        Request(
            key=f"{problem.id}/{sample}",
            messages=(Message("user", problem.prompt),),
            seed=Stream("test", seed, problem.id, sample).below(2**63),
            problem_id=problem.id,
            sample=sample,
        )
        for problem in problems
        for sample in range(samples)
    ]
