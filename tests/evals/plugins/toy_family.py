"""A family that is small enough to see through: is a sum even, and name two numbers with a given sum."""

from typing import ClassVar

from logicbench.family import Draft, Knobs, Rendering, Task
from logicbench.problem import Answer, Unparsable, Verdict, Violation


class ToyKnobs(Knobs):
    size: int = 3


class Toy:
    name = "toy"
    version = "1"
    summary = "Sums of small numbers."
    control = "The number of summands."
    tasks: ClassVar = {
        "even": Task("even", "Is the sum even?", "yes or no", ("yes", "no")),
        "split": Task("split", "Name two numbers with this sum.", "two numbers"),
    }
    surfaces = ("plain", "words")
    variants = ()
    knobs = ToyKnobs

    def sample(self, task, knobs, stream):
        numbers = [stream.below(100_000) for _ in range(knobs.size)]
        if task == "split":
            return [Draft({"sum": sum(numbers)})]
        drafts = []
        for label in ("yes", "no"):
            wrong = (sum(numbers) % 2 == 0) != (label == "yes")
            drafts.append(Draft({"numbers": [*numbers[:-1], numbers[-1] + wrong]}, label))
        return drafts

    def measure(self, task, instance, stream):
        return {"score": stream.random()}

    def render(self, task, instance, surface, stream):
        if task == "split":
            total = instance["sum"]
            return Rendering(f"Name two numbers whose sum is {total}, as A B.", f"{total} 0")
        joint = " + " if surface == "plain" else " plus "
        numbers = instance["numbers"]
        answer = "no" if sum(numbers) % 2 else "yes"
        return Rendering(f"Is {joint.join(map(str, numbers))} even? Answer yes or no.", answer)

    def vary(self, task, instance, variant, stream):
        return instance

    def parse(self, problem, text):
        if "crash" in text:
            raise ZeroDivisionError("the toy's parser was asked to crash")
        words = text.replace(".", " ").split()
        if not words:
            return Unparsable("empty", "There is no answer.")
        if problem.task == "even":
            if words[-1] not in ("yes", "no"):
                return Unparsable("no-answer", "Neither yes nor no.")
            return Answer(words[-1], words[-1], "whole")
        try:
            return Answer((int(words[-2]), int(words[-1])), " ".join(words[-2:]), "whole")
        except (ValueError, IndexError):
            return Unparsable("malformed", "Not two numbers.")

    def check(self, problem, answer):
        if problem.task == "even":
            right = ("no" if sum(problem.instance["numbers"]) % 2 else "yes") == answer.value
            return Verdict("correct" if right else "wrong", float(right), str(answer.value), extractor="whole")
        off = sum(answer.value) - problem.instance["sum"]
        if off == 0:
            return Verdict("correct", 1.0, extractor="whole")
        broken = tuple(Violation("off", f"The sum is off by {off}, part {part}.") for part in range(min(20, abs(off))))
        return Verdict("wrong", 0.0, violations=broken, extractor="whole")

    def guess(self, problem, stream):
        return stream.choice(["yes", "no"]) if problem.task == "even" else f"{stream.below(10)} {stream.below(10)}"

    def chance(self, problem):
        return 0.5 if problem.task == "even" else 0.0

    def baselines(self, task):
        return {"always-yes": lambda problem: "yes", "zero": lambda problem: "0 0"} if task == "even" else {}


FAMILY = Toy()
