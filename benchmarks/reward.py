"""The reward's speed: calls a second a core, and how long one call takes, from raw completions of about 500 tokens.

Run with: python benchmarks/reward.py [--seconds 0.5] [--calls 400]

First, assignments and colourings by size, beside `satquest` and `reasoning-gym` on comparable problems in the same run:
each side gets the problem as its rows hold it, already loaded, and a group of different completions of 2,000 characters
that end with an answer, half of them right; text is read and the answer checked. satquest takes the answer out of the
text by its own expression; reasoning-gym scores what stands in its answer tags, cut out by its own function.
Then, for every task of every family at its default hardness: median and 99th percentile of one call, over right, wrong
and hostile completions.
"""

import argparse
import json
import time
from random import Random

import numpy as np
import reasoning_gym
import satquest
from reasoning_gym.utils import extract_answer
from rich.console import Console
from rich.table import Table
from satquest.satquest_utils import re_matcher

import logicbench
from logicbench.family import family_names, get_family
from logicbench.rewards import score

REASONING = "Let me look at the conditions one after the other and see which values they force. " * 24
GROUP = 8
ROWS = 12


def rate(step, seconds):
    """Return the calls a second of repeated steps, each of which says how many it made."""
    done, begin = 0, time.process_time()
    while (elapsed := time.process_time() - begin) < seconds:
        done += step()
    return done / elapsed


def completions(answers, form):
    """Return texts that all differ, as sampled ones do."""
    return [f"{REASONING[number:]}\n\n" + form.format(answer) for number, answer in enumerate(answers)]


def flipped(bits, position):
    at = position % len(bits)
    return bits[:at] + ("0" if bits[at] == "1" else "1") + bits[at + 1 :]


def assignments(size, seconds):
    """Return the rates of logicbench and satquest on the same formulas."""
    problems = list(logicbench.generate("sat", "assign", count=ROWS, knobs={"variables": size}, measure=False))
    ours, theirs = [], []
    for problem in problems:
        answers = [problem.reference if n % 2 else flipped(problem.reference, n) for n in range(GROUP)]
        ours.append((problem, completions(answers, "Answer: {}")))
        cnf = satquest.CNF(clauses=[list(clause) for clause in problem.instance["clauses"]])
        theirs.append((satquest.create_problem("satsp", cnf), completions(answers, "Answer: {}")))

    def our_step():
        return sum(score(text, problem).verdict is not None for problem, texts in ours for text in texts)

    def their_step():
        done = 0
        for problem, texts in theirs:
            for text in texts:
                problem.check(re_matcher(text, problem.ANSWER_PATTERN))
                done += 1
        return done

    return rate(our_step, seconds), rate(their_step, seconds)


def colorings(size, seconds):
    """Return the rates of logicbench and of reasoning-gym's `graph_color` on graphs of the same order."""
    knobs = {"vertices": size, "filter": "none"}
    problems = list(logicbench.generate("coloring", "color", count=ROWS, knobs=knobs, measure=False))
    ours = []
    for problem in problems:
        lines = problem.reference.splitlines()
        u, v = problem.instance["edges"][0]
        lines[u - 1] = f"{u}: {lines[v - 1].partition(': ')[2]}"
        wrong = "\n".join(lines)
        answers = [problem.reference if n % 2 else wrong for n in range(GROUP)]
        ours.append((problem, completions(answers, "Answer:\n{}")))
    edges = sum(len(problem.instance["edges"]) for problem in problems) / len(problems)
    probability = 2 * edges / (size * (size - 1))
    dataset = reasoning_gym.create_dataset(
        "graph_color", min_num_vertices=size, max_num_vertices=size, num_colors=3, edge_probability=probability / 2,
        seed=1, size=ROWS,
    )  # fmt: skip
    theirs = []
    for entry in dataset:
        answer = entry["metadata"]["possible_answer"]
        spoiled = dict.fromkeys(answer, 1)
        texts = [json.dumps({str(v): color for v, color in given.items()}) for given in (spoiled, answer)]
        answers = [texts[n % 2] for n in range(GROUP)]
        theirs.append((entry, [t + "</answer>" for t in completions(answers, "<answer>{}")]))

    def our_step():
        return sum(score(text, problem).verdict is not None for problem, texts in ours for text in texts)

    def their_step():
        done = 0
        for entry, texts in theirs:
            for text in texts:
                dataset.score_answer(extract_answer(text), entry)
                done += 1
        return done

    return rate(our_step, seconds), rate(their_step, seconds)


def call_times(family, task, calls):
    """Return the seconds of single calls on right, wrong and hostile completions, each text used once."""
    rng = Random(0)
    problems = list(logicbench.generate(family, task, count=ROWS, measure=False))
    texts = []
    for number in range(calls):
        problem = problems[number % ROWS]
        other = problems[(number + 1 + number // ROWS) % ROWS].reference
        answer = (problem.reference, other, other[: len(other) // 2] + problem.reference, "1, " * 300)[number % 4]
        texts.append((problem, REASONING[rng.randrange(200) :] + f"\n\nAnswer: {answer}"))
    seconds = []
    for problem, text in texts:
        begin = time.process_time()
        score(text, problem)
        seconds.append(time.process_time() - begin)
    return np.array(seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0.5, help="of each rate")
    parser.add_argument("--calls", type=int, default=400, help="of each task")
    arguments = parser.parse_args()
    console = Console(highlight=False)
    table = Table(title="verifications a second, one core, completions of 2,000 characters", box=None)
    for heading in ("problem", "size", "logicbench", "peer", "ratio"):
        table.add_column(heading, justify="left" if heading == "problem" else "right")
    for name, measure, peer in (("assignment", assignments, "satquest"), ("colouring", colorings, "reasoning-gym")):
        for size in (10, 20, 50):
            ours, theirs = measure(size, arguments.seconds)
            table.add_row(name, str(size), f"{ours:,.0f}", f"{theirs:,.0f} {peer}", f"{ours / theirs:.1f}x")
    console.print(table)
    table = Table(title="one call at default hardness [ms]", box=None)
    for heading in ("task", "p50", "p99", "longest"):
        table.add_column(heading, justify="left" if heading == "task" else "right")
    for family in family_names():
        for task in get_family(family).tasks:
            found = 1000 * call_times(family, task, arguments.calls)
            median, high = np.percentile(found, (50, 99))
            table.add_row(f"{family}:{task}", f"{median:.3f}", f"{high:.3f}", f"{found.max():.3f}")
    console.print(table)


if __name__ == "__main__":
    main()
