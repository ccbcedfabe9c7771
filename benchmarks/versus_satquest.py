"""Rates of generation and verification beside the package `satquest`, on the same formulas, in one run, on one core.

Run with: python benchmarks/versus_satquest.py [--sizes 5,10,20,50] [--seconds 1.0]

Verification is what a reward function does: a row as it lies on disk (JSON here, DIMACS there) and a group of completions
of it, half of them right, go in; verdicts come out. Both sides get the text of a completion of the same length.

Generation of logicbench is all of `generate` with measurement off: sampling at the threshold, rejection by label, prompt,
reference and id. For satquest, which draws no formulas, it is the prompt and the reference of a formula that is handed to
it, so its figure leaves out a part of the work. The last table is logicbench alone, hardness measured.
"""

import argparse
import itertools
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import orjson
import satquest
from rich.console import Console
from rich.table import Table
from satquest.satquest_utils import re_matcher

import logicbench
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


def present_theirs(kind: str, clauses: Iterator[list[list[int]]]) -> int:
    problem = satquest.create_problem(kind, satquest.CNF(clauses=next(clauses)))
    problem.accept(satquest.create_question("math"))
    _ = problem.solution
    return 1


def compare(task: str, variables: int, seconds: float) -> tuple[float, float, float, float]:
    """Return our and their rate of generation, then of verification, all per second."""
    knobs = {"variables": variables}
    endless = logicbench.generate("sat", task, surface="math", count=10**9, knobs=knobs, measure=False)
    generated = rate(lambda: bool(next(endless)), seconds)
    problems = list(logicbench.generate("sat", task, surface="math", count=ROWS, seed=1, knobs=knobs, measure=False))
    ours, theirs, formulas = [], [], []
    for problem in problems:
        right = problem.reference or ""
        ours.append((dump_line(problem.to_json()), completions(right, spoiled(right))))
        formulas.append([list(clause) for clause in problem.instance["clauses"]])
        answer = bits(task, problem, right)
        wrong = ("1" if answer[0] == "0" else "0") + answer[1:]
        theirs.append((satquest.CNF(clauses=formulas[-1]).dimacs, completions(answer, wrong)))
    cycles = [itertools.cycle(x) for x in (ours, theirs, formulas)]
    kind = TASKS[task]
    presented = rate(lambda: present_theirs(kind, cycles[2]), seconds)
    verified = rate(lambda: verify_ours(cycles[0]), seconds)
    return generated, presented, verified, rate(lambda: verify_theirs(kind, cycles[1]), seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="5,10,20,50", help="numbers of variables")
    parser.add_argument("--seconds", type=float, default=1.0, help="time for each figure")
    arguments = parser.parse_args()
    table = Table(title="problems and verdicts a second on one core")
    for column in ("task", "variables", "generate", "satquest", "ratio", "verify", "satquest", "ratio"):
        table.add_column(column, justify="left" if column == "task" else "right")
    for task in TASKS:
        for size in map(int, arguments.sizes.split(",")):
            made, shown, ours, theirs = compare(task, size, arguments.seconds)
            table.add_row(task, str(size), f"{made:,.0f}", f"{shown:,.0f}", f"{made / shown:.2f}",
                          f"{ours:,.0f}", f"{theirs:,.0f}", f"{ours / theirs:,.1f}")  # fmt: skip
    console = Console()
    console.print(table)
    measured = logicbench.generate("sat", "decide", count=10**9, knobs={"variables": 50}, workers=2)
    next(measured)
    with suppress(StopIteration):
        figure = rate(lambda: bool(next(measured)), 5 * arguments.seconds)
        console.print(f"threshold formulas of 50 variables, hardness measured, two workers: {figure:,.0f} a second")


if __name__ == "__main__":
    main()
