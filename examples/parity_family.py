"""A family of one's own, whole: the XOR of those of some switches that are wired.

Put it into a package of yours and name it in that package's pyproject.toml; logicbench then finds it everywhere:

    [project.entry-points."logicbench.families"]
    parity = "my_package.parity_family:FAMILY"
"""

from typing import ClassVar

from pydantic import Field

from logicbench.answers import read_answer, read_label
from logicbench.family import Draft, Knobs, Rendering, Task
from logicbench.problem import Verdict, Violation

_READ = read_label({"on": "on", "off": "off"})


class ParityKnobs(Knobs):
    switches: int = Field(8, ge=1, le=200, description="number of switches")


def lamp(instance):
    """Ground truth, from the instance alone."""
    return "on" if sum(w and d for w, d in zip(instance["wired"], instance["down"], strict=True)) % 2 else "off"


class Parity:
    name = "parity"
    version = "1"  # bump it with any change that alters output
    summary = "a lamp behind a row of switches"
    control = "The control parameter is the number of switches; there is no phase transition."
    tasks: ClassVar = {"lamp": Task("lamp", "Is the lamp on?", "ON or OFF", ("on", "off"))}
    surfaces = ("words", "digits")
    variants = ("permute",)
    knobs = ParityKnobs

    def sample(self, task, knobs, stream):
        """One draft for every label: the twins differ in one switch. Were all wired, counting words would tell."""
        down = [stream.bit() for _ in range(knobs.switches)]
        wired = [stream.bit() for _ in range(knobs.switches)]
        turned = stream.below(knobs.switches)
        wired[turned] = True
        drafts = []
        for position in (False, True):
            down[turned] = position
            instance = {"down": list(down), "wired": wired}
            drafts.append(Draft(instance, lamp(instance)))
        return drafts

    def measure(self, task, instance, stream):
        return {"length": len(instance["down"])}

    def render(self, task, instance, surface, stream):
        words = surface == "words"
        shown = [
            f"{'wired' if wired else 'loose'} and {'down' if down else 'up'}" if words else f"{wired:d}{down:d}"
            for wired, down in zip(instance["wired"], instance["down"], strict=True)
        ]
        key = "" if words else ", each as two digits: 1 if it is wired, else 0; then 1 if it is down, 0 if it is up"
        prompt = (
            "A lamp is on if and only if an odd number of its wired switches is down; loose switches do nothing. "
            f"The switches{key}: {', '.join(shown)}.\n\n"
            'Is the lamp on? Finish with one line that starts with "Answer:" and then gives ON or OFF.'
        )
        return Rendering(prompt, lamp(instance).upper())

    def vary(self, task, instance, variant, stream):
        order = stream.permutation(len(instance["down"]))
        return {name: [values[i] for i in order] for name, values in instance.items()}

    def parse(self, problem, text):
        return read_answer(text, _READ)

    def check(self, problem, answer):
        if answer.value == lamp(problem.instance):
            return Verdict("correct", 1.0, answer.value)
        return Verdict("wrong", 0.0, answer.value, (Violation("lamp", f"The lamp is {lamp(problem.instance)}."),))

    def guess(self, problem, stream):
        return f"Answer: {stream.choice(['ON', 'OFF'])}"

    def chance(self, problem):
        return 0.5

    def baselines(self, task):
        """What the audit runs beside its classifiers: here, looking at the first switch only."""
        return {"first-switch": lambda problem: "Answer: ON" if problem.instance["down"][0] else "Answer: OFF"}


FAMILY = Parity()
