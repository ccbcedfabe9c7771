"""Mutates answers in search of one that is paid without being right; run it for an hour with ``--minutes 60``.

    PYTHONPATH=tests python tests/adversarial/search.py --minutes 60

On one problem of a task it starts from random answers, other problems' answers, the prompt and hostile text, never
from the problem's own answer; on the next one from its own answer, to see whether what is nearly right is taken for
right. It keeps what the shaped reward pays most, and submits all that is accepted to `adversarial.oracle`. It also
checks that no other answer earns as much as a right one, and that an accepted answer is refused once it is
contradicted. Exits with 1 if it finds anything.
"""

import argparse
import random
import sys
import time
from dataclasses import dataclass

from adversarial.oracle import agrees
from support.mutations import ALPHABET, MARKERS, PIECES

import logicbench
from logicbench.family import family_names, get_family
from logicbench.problem import Unparsable
from logicbench.rewards import SHAPES
from logicbench.seeding import Stream

SMALL = {"sat": {"variables": 6}, "coloring": {"vertices": 9, "filter": "none"}}
POOL = 40


@dataclass
class Found:
    """A text that should not have been paid."""

    why: str
    problem: logicbench.Problem
    text: str


class Search:
    """Hill climbing on one problem."""

    def __init__(self, problem, others, rng, near=False):
        self.problem, self.rng = problem, rng
        self.family = get_family(problem.family)
        stream = Stream("adversarial", problem.id)
        guesses = [self.family.guess(problem, stream.child("guess", number)) for number in range(8)]
        self.material = [*guesses, *(o.reference for o in others if o.reference != problem.reference), *PIECES]
        lines = [line for line in problem.prompt.splitlines() if line.strip()]
        self.material += rng.sample(lines, min(8, len(lines)))
        self.pool = [(self.value(text)[0], text) for text in (f"Answer: {guess}" for guess in guesses)]
        self.right = f"Answer: {problem.reference}" if near else None
        self.tried = self.accepted = 0

    def value(self, text):
        verdict = logicbench.verify(self.problem, text)
        return SHAPES["shaped"].value(verdict, len(text) / 4), verdict

    def mutate(self, text, most=4):
        rng = self.rng
        for _ in range(rng.randint(1, most)):
            at, kind = rng.randint(0, len(text)), rng.randrange(8)
            if kind == 0:
                text = text[:at] + rng.choice(ALPHABET) + text[at:]
            elif kind == 1:
                text = text[:at] + text[at + rng.randint(1, 6) :]
            elif kind == 2:
                text = text[:at] + rng.choice(self.material) + text[at:]
            elif kind == 3:
                text = rng.choice(MARKERS).format(text)
            elif kind == 4:
                text = text[:at] + str(rng.randint(-20, 40)) + text[at + 1 :]
            elif kind == 5:
                other = rng.choice(self.pool)[1]
                text = text[:at] + other[rng.randint(0, len(other)) :]
            elif kind == 6:
                text = (
                    text
                    + rng.choice(("\n", " or ", ", ", " ", "\nAnswer: ", ". No, wait: "))
                    + rng.choice(self.material)
                )
            else:
                parts = text.split(" ")
                rng.shuffle(parts)
                text = " ".join(parts)
        return text[:4000]

    def step(self):
        """Try one mutant; return what it found, if anything."""
        if self.right is not None and self.rng.random() < 0.7:
            text = self.mutate(self.right, most=2)
        else:
            text = self.mutate(self.rng.choice(self.pool)[1])
        self.tried += 1
        try:
            paid, verdict = self.value(text)
        except Exception as error:
            return Found(f"raised {type(error).__name__}: {error}", self.problem, text)
        if verdict.correct:
            self.accepted += 1
            return self.examine(text)
        if paid > SHAPES["shaped"].readable + SHAPES["shaped"].progress:
            return Found(f"{paid} for a wrong answer", self.problem, text)
        self.pool.append((paid, text))
        if len(self.pool) > 2 * POOL:
            self.rng.shuffle(self.pool)  # among equals, chance decides
            self.pool = sorted(self.pool, key=lambda entry: -entry[0])[:POOL]
        return None

    def examine(self, text):
        answer = self.family.parse(self.problem, text)
        if isinstance(answer, Unparsable):
            return Found("accepted and yet unparsable", self.problem, text)
        opinion = agrees(self.problem, answer.value)
        if opinion is False:
            return Found("accepted and wrong", self.problem, text)
        for guess in self.material[:8]:
            other = self.family.parse(self.problem, f"Answer: {guess}")
            if isinstance(other, Unparsable) or other.value == answer.value:
                continue
            for hedge in (f"{text}\nAnswer: {guess}", f"Answer: {guess}\n{text}"):
                again = self.family.parse(self.problem, hedge)
                if logicbench.verify(self.problem, hedge).correct and again.value != answer.value and opinion is None:
                    return Found("another value is right as well", self.problem, hedge)
                if again == answer and "answer" in text.lower() and hedge.startswith(text):
                    return Found("a contradicted answer is accepted", self.problem, hedge)
        return None


def search(rng, steps, tasks, deadline=None):
    """Yield (task, tried, accepted, findings) of each task in turn, for `steps` mutants a problem."""
    for family, task in tasks:
        request = {"count": 6, "seed": rng.randrange(1 << 30), "knobs": SMALL.get(family, {}), "measure": False}
        problems = list(logicbench.generate(family, task, **request))
        tried = accepted = 0
        findings = []
        for place, problem in enumerate(problems[:2]):
            climb = Search(problem, problems, rng, near=place == 1)
            for _ in range(steps):
                if deadline is not None and time.monotonic() > deadline:
                    break
                found = climb.step()
                if found is not None:
                    findings.append(found)
            tried, accepted = tried + climb.tried, accepted + climb.accepted
        yield f"{family}:{task}", tried, accepted, findings


def all_tasks():
    """Return every (family, task) of the registry."""
    return [(family, task) for family in family_names() for task in get_family(family).tasks]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--family", action="append", help="only this family; may be repeated")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    tasks = [pair for pair in all_tasks() if arguments.family is None or pair[0] in arguments.family]
    deadline = time.monotonic() + 60 * arguments.minutes
    totals, seen = {}, 0
    while time.monotonic() < deadline:
        for name, tried, accepted, findings in search(rng, 300, tasks, deadline):
            before = totals.get(name, (0, 0, 0))
            totals[name] = (before[0] + tried, before[1] + accepted, before[2] + len(findings))
            for found in findings[:3]:
                seen += 1
                print(f"{name}: {found.why}: {found.text!r} on problem {found.problem.id}", flush=True)
    for name, (tried, accepted, wrong) in totals.items():
        print(f"{name:<24}{tried:>10} tried {accepted:>9} accepted {wrong:>6} findings")
    print(f"{sum(entry[0] for entry in totals.values())} tried, {sum(e[2] for e in totals.values())} findings")
    return 1 if seen else 0


if __name__ == "__main__":
    sys.exit(main())
