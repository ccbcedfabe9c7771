"""Problems of the nlsat family for its tests, made without the generation driver."""

from functools import cache

from logicbench.family import make_knobs
from logicbench.generators.nlsat import FAMILY
from logicbench.problem import Problem
from logicbench.seeding import Stream

SETTINGS = {
    "grounded": {"variables": 7},
    "things": {"variables": 7, "world": "things"},
    "mixed": {"variables": 8, "world": "mixed"},
    "syllogistic": {"fragment": "syllogistic"},
    "relative": {"fragment": "relative", "people": 2, "predicates": 4},
    "transitive": {"fragment": "transitive", "people": 2, "predicates": 4},
}


@cache
def group(task, name, seed, surface="english", **more):
    """Return the problems of one draw."""
    stream = Stream("nlsat tests", task, name, seed)
    knobs = make_knobs(FAMILY, {**SETTINGS[name], **more})
    return [problem(task, draft, surface, stream) for draft in FAMILY.sample(task, knobs, stream)]


def problem(task, draft, surface, stream):
    shown = FAMILY.render(task, draft.instance, surface, stream.child("render"))
    return Problem(
        family="nlsat",
        task=task,
        surface=surface,
        version=FAMILY.version,
        prompt=shown.prompt,
        instance=draft.instance,
        rendering=shown.details,
        reference=shown.reference,
        label=draft.label,
    )
