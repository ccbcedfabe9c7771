"""Rates of generation and verification beside the package `satquest`, on the same formulas, in one run, on one core.

Run with: python benchmarks/versus_satquest.py [--sizes 5,10,20,50] [--seconds 1.0]

Verification is what a reward function does: a row as it lies on disk (JSON here, DIMACS there) and a group of
completions of it, half of them right, go in; verdicts come out. Both sides get completions of the same length.
Both columns "check" are the check alone: the instance is prepared, the answer parsed.

Generation of logicbench is all of `generate` with measurement off: sampling at the threshold, rejection by label,
twins, prompt, reference and id. The package satquest draws no formulas, so its side draws the same kind of formula with
the standard library's generator, rejects by label with its `is_sat` (for `decide`, the labels in turn), and makes its
prompt and reference. The last line
is logicbench alone, hardness measured.
"""

import argparse
import itertools
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from random import Random

import orjson
import satquest
from rich.console import Console
from rich.table import Table
from satquest.satquest_utils import re_matcher

import logicbench
from logicbench.family import get_family
from logicbench.generators.sat.formula import formula_of
from logicbench.problem import Problem, dump_line

TASKS = {"decide": "satdp", "assign": "satsp", "maxsat": "maxsat", "mcs": "mcs", "mus": "mus"}
ROWS = 20
GROUP = 8
"""Completions of one problem, as in group-relative policy optimisation."""
REASONING = "Let me look at the clauses one after the other and see which values they force. " * 25


def rate(step: Callable[[], int], seconds: float) -> float:
    """Return the units a second of repeated steps, each of which says how many units it did."""
    done, begin = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - begin) < seconds:
        done += step()
    return done / elapsed


def bits(task: str, problem: Problem, reference: str) -> str:
    """Return our answer in satquest's form: a string of 0 and 1."""
    if task == "decide":
        return "1" if reference == "SAT" else "0"
    if task in ("assign", "maxsat"):
        return reference
    chosen = {int(number) for number in re.findall(r"\d+", reference)}
    return "".join("1" if n in chosen else "0" for n in range(1, len(problem.instance["clauses"]) + 1))


def spoiled(answer: str) -> str:
    """Return a well-formed answer of the same length that is most likely wrong."""
    if answer in ("SAT", "UNSAT"):
        return "UNSAT" if answer == "SAT" else "SAT"
    if set(answer) <= set("01"):
        return ("1" if answer[0] == "0" else "0") + answer[1:]
    return answer.rpartition(",")[0] or "1"


def completions(right: str, wrong: str) -> list[str]:
    return [f"{REASONING}\n\nAnswer: {answer}" for answer in [right, wrong] * (GROUP // 2)]


def verify_ours(rows: Iterator[tuple[bytes, list[str]]]) -> int:
    line, texts = next(rows)
    problem = Problem.from_json(orjson.loads(line))
    for text in texts:
        logicbench.verify(problem, text)
    return len(texts)


def verify_theirs(kind: str, rows: Iterator[tuple[str, list[str]]]) -> int:
    dimacs, texts = next(rows)
    problem = satquest.create_problem(kind, satquest.CNF(dimacs=dimacs))
    for text in texts:
        answer = re_matcher(text, problem.ANSWER_PATTERN)
        problem.check(answer)
    return len(texts)


def draw(satisfiable: bool, variables: int, count: int, random: Random) -> list[list[int]]:
    """Return random 3-SAT with that many distinct clauses and the wanted label."""
    while True:
        clauses: set[tuple[int, ...]] = set()
        while len(clauses) < count:
            clauses.add(
                tuple(v if random.random() < 0.5 else -v for v in sorted(random.sample(range(1, variables + 1), 3)))
            )
        formula = [list(clause) for clause in clauses]
        if satquest.CNF(clauses=formula).is_sat == satisfiable:
            return formula


def generate_theirs(task: str, variables: int, counts: Iterator[int], labels: Iterator[bool], random: Random) -> int:
    cnf = satquest.CNF(clauses=draw(next(labels), variables, next(counts), random))
    problem = satquest.create_problem(TASKS[task], cnf)
    problem.accept(satquest.create_question("math"))
    _ = problem.solution
    return 1


def check_rates(task: str, problems: list[Problem], seconds: float) -> tuple[float, float]:
    """Return our and their checks a second of right answers, instances prepared and answers parsed."""
    family = get_family("sat")
    ours = [(p, family.parse(p, f"Answer: {p.reference}")) for p in problems]
    theirs = []
    for p in problems:
        problem = satquest.create_problem(TASKS[task], satquest.CNF(clauses=[list(c) for c in p.instance["clauses"]]))
        theirs.append((problem, bits(task, p, p.reference or "")))
    our_turn, their_turn = itertools.cycle(ours), itertools.cycle(theirs)

    def check_ours() -> int:
        problem, answer = next(our_turn)
        if task in ("mcs", "mus"):
            formula_of(problem.instance).memo.clear()  # a repeated answer would be looked up, not checked
        family.check(problem, answer)
        return 1

    def check_theirs() -> int:
        problem, answer = next(their_turn)
        problem.check(answer)
        return 1

    return rate(check_ours, seconds), rate(check_theirs, seconds)


def compare(task: str, variables: int, seconds: float) -> list[float]:
    """Return our and their rate of generation, of verification from rows, and of checks, all per second."""
    knobs = {"variables": variables}
    endless = logicbench.generate("sat", task, surface="math", count=10**9, knobs=knobs, measure=False)
    generated = rate(lambda: bool(next(endless)), seconds)
    problems = list(logicbench.generate("sat", task, surface="math", count=ROWS, seed=1, knobs=knobs, measure=False))
    counts = itertools.cycle(len(problem.instance["clauses"]) for problem in problems)
    random = Random(0)
    labels = itertools.cycle((True, False) if task == "decide" else (task == "assign",))
    drawn = rate(lambda: generate_theirs(task, variables, counts, labels, random), seconds)
    ours, theirs = [], []
    for problem in problems:
        right = problem.reference or ""
        ours.append((dump_line(problem.to_json()), completions(right, spoiled(right))))
        formula = satquest.CNF(clauses=[list(clause) for clause in problem.instance["clauses"]])
        answer = bits(task, problem, right)
        wrong = ("1" if answer[0] == "0" else "0") + answer[1:]
        theirs.append((formula.dimacs, completions(answer, wrong)))
    our_rows, their_rows = itertools.cycle(ours), itertools.cycle(theirs)
    verified = rate(lambda: verify_ours(our_rows), seconds)
    return [generated, drawn, verified, rate(lambda: verify_theirs(TASKS[task], their_rows), seconds),
            *check_rates(task, problems, seconds)]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="5,10,20,50", help="numbers of variables")
    parser.add_argument("--seconds", type=float, default=1.0, help="time for each figure")
    arguments = parser.parse_args()
    table = Table(title="problems and verdicts a second on one core")
    for column in ("task", "n", *("generate", "satquest", "ratio"), *("verify", "satquest", "ratio"),
                   *("check", "satquest", "ratio")):  # fmt: skip
        table.add_column(column, justify="left" if column == "task" else "right", no_wrap=True)
    for task in TASKS:
        for size in map(int, arguments.sizes.split(",")):
            figures = compare(task, size, arguments.seconds)
            cells = [f"{figure:,.0f}" for figure in figures]
            ratios = [f"{mine / other:,.1f}" for mine, other in zip(figures[::2], figures[1::2], strict=True)]
            table.add_row(
                task, str(size), *itertools.chain.from_iterable(zip(cells[::2], cells[1::2], ratios, strict=True))
            )
    console = Console(width=110)
    console.print(table)
    measured = logicbench.generate("sat", "decide", count=10**9, knobs={"variables": 50}, workers=2)
    next(measured)
    with suppress(StopIteration):
        figure = rate(lambda: bool(next(measured)), 5 * arguments.seconds)
        console.print(f"threshold formulas of 50 variables, hardness measured, two workers: {figure:,.0f} a second")


if __name__ == "__main__":
    main()
