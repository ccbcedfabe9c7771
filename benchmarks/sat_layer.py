"""Speed of the SAT layer on uniform random 3-SAT where half of the formulas are satisfiable.

Run with: python benchmarks/sat_layer.py [--seconds 0.3]
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from typing import Any

from rich.console import Console
from rich.table import Table

from logicbench.logic.cnf import CNF
from logicbench.logic.dimacs import format_dimacs, parse_dimacs
from logicbench.seeding import Stream
from logicbench.solvers.drup import refute
from logicbench.solvers.effort import measure_effort
from logicbench.solvers.lower_bound import check_lower_bound, lower_bound
from logicbench.solvers.maxsat import falsified_weight, maxsat
from logicbench.solvers.mcs import check_mcs, mcs
from logicbench.solvers.models import backbone, count_models
from logicbench.solvers.mus import check_mus, mus, unsat_core
from logicbench.solvers.rank import refutation_rank
from logicbench.solvers.rup import check_rup
from logicbench.solvers.sat import solve

SIZES = {10: 50, 20: 92, 50: 219}
FORMULAS = 60

Call = Callable[[], Any]


def random_3sat(num_vars: int, num_clauses: int, seed: int) -> CNF:
    stream = Stream("benchmark", num_vars, num_clauses, seed)
    variables = range(1, num_vars + 1)
    return CNF.of(
        [[v if stream.bit() else -v for v in stream.sample(variables, 3)] for _ in range(num_clauses)], num_vars
    )


def calls(num_vars: int, num_clauses: int) -> Iterator[tuple[str, list[Call]]]:
    """Yield, for each operation, its calls on the formulas it is meant for."""
    formulas = [random_3sat(num_vars, num_clauses, seed) for seed in range(FORMULAS)]
    models = {cnf: result.model for cnf in formulas if (result := solve(cnf)).model is not None}
    unsat = [cnf for cnf in formulas if cnf not in models]
    texts = [format_dimacs(cnf) for cnf in formulas]
    proofs = [(cnf, proof.lemmas) for cnf in unsat if (proof := refute(cnf)) is not None]
    subsets = [(cnf, found) for cnf in unsat if (found := mus(cnf)) is not None]
    optima = [(cnf, maxsat(cnf)) for cnf in unsat]
    bounds = [(cnf, lower_bound(cnf, result.cost)) for cnf, result in optima]

    yield "validate CNF", [lambda c=cnf: CNF(c.num_vars, c.clauses) for cnf in formulas]
    yield "compile evaluator", [lambda c=cnf: CNF.unchecked(c.num_vars, c.clauses).compile() for cnf in formulas]
    yield "evaluate a model", [lambda c=cnf, m=model: c.evaluate(m) for cnf, model in models.items()]
    yield "list falsified clauses", [lambda c=cnf, r=result: c.falsified(r.model) for cnf, result in optima]
    yield "canonical key", [cnf.key for cnf in formulas]
    yield "parse DIMACS", [lambda t=text: parse_dimacs(t) for text in texts]
    yield "solve (MiniSat)", [lambda c=cnf: solve(c) for cnf in formulas]
    yield "solve (CaDiCaL)", [lambda c=cnf: solve(c, solver="cadical153") for cnf in formulas]
    yield "measure effort (5 renamings)", [lambda c=cnf: measure_effort(c) for cnf in formulas]
    yield "refutation rank", [lambda c=cnf: refutation_rank(c) for cnf in unsat]
    yield "refute, trimmed", [lambda c=cnf: refute(c) for cnf in unsat]
    yield "check RUP proof", [lambda c=cnf, p=proof: check_rup(c, p) for cnf, proof in proofs]
    yield "unsatisfiable core", [lambda c=cnf: unsat_core(c) for cnf in unsat]
    yield "find MUS", [lambda c=cnf: mus(c) for cnf in unsat]
    yield "check MUS", [lambda c=cnf, s=subset: check_mus(c, s) for cnf, subset in subsets]
    yield "find MCS", [lambda c=cnf: mcs(c) for cnf in unsat]
    yield "check MCS", [lambda c=cnf, r=result: check_mcs(c, r.falsified) for cnf, result in optima]
    yield "MaxSAT optimum", [lambda c=cnf: maxsat(c) for cnf in unsat]
    yield "check MaxSAT answer", [lambda c=cnf, r=result: falsified_weight(c, r.model) for cnf, result in optima]
    yield "certify lower bound", [lambda c=cnf, r=result: lower_bound(c, r.cost) for cnf, result in optima]
    yield "check lower bound", [lambda c=cnf, b=bound: check_lower_bound(c, b) for cnf, bound in bounds]
    yield "count models up to 1000", [lambda c=cnf: count_models(c, 1000) for cnf in models]
    yield "backbone", [lambda c=cnf: backbone(c) for cnf in models]


def rate(work: Sequence[Call], seconds: float) -> float:
    """Return calls a second of processor time, going round the calls until the time is up."""
    done = 0
    start = time.process_time()
    for call in cycle(work):
        call()
        done += 1
        if time.process_time() - start > seconds and done >= min(len(work), 10):
            break
    return done / (time.process_time() - start)


def large_file_seconds() -> float:
    """Return the processor time to parse a file of 100,000 clauses."""
    text = format_dimacs(random_3sat(25_000, 100_000, 0)).encode()
    start = time.process_time()
    parse_dimacs(text)
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.3, help="time for each operation and size (default: 0.3)")
    seconds = parser.parse_args().seconds
    rows: dict[str, list[str]] = {}
    for num_vars, num_clauses in SIZES.items():
        for name, work in calls(num_vars, num_clauses):
            rows.setdefault(name, []).append(f"{rate(work, seconds):,.0f}")
    table = Table("calls per CPU second", *(f"n={n}, m={m}" for n, m in SIZES.items()))
    for name, figures in rows.items():
        table.add_row(name, *figures)
    console = Console()
    console.print(table)
    console.print(f"parse 100,000 clauses: {large_file_seconds():.2f} s")


if __name__ == "__main__":
    main()
