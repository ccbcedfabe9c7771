"""Settings of the rules family for its tests."""

from logicbench.generation import generate

SETTINGS = {
    "open": {},
    "closed": {"world": "closed"},
    "deep": {"depth": 8, "distractors": 20},
    "deep closed": {"depth": 8, "distractors": 20, "world": "closed", "negation": 0.4},
    "flat": {"depth": 1, "distractors": 5, "people": 2},
    "crowd": {"people": 6, "relations": 0.8, "conditions": 3, "negation": 0.5},
}
ANSWER_ONLY = {
    "given": {"depth": 0},
    "given closed": {"depth": 0, "world": "closed"},
    "hard": {"source": "hard-sat", "variables": 7},
}


def problems(task, name, count, surface="logic", seed=0, **options):
    knobs = {**SETTINGS, **ANSWER_ONLY}[name]
    options = {"measure": False, **options}
    return list(generate("rules", task, count=count, surface=surface, seed=seed, knobs=knobs, **options))
