"""The first-order language on real data: what is read, what is repaired, how brackets are mended, how fast.

Run with: python benchmarks/fol_parse.py --data DIR   (DIR holds the JSONL files; files that are missing are left out)

Each line of ``*formulas*.jsonl`` has a formula in ``fol``; of ``*repair_pairs*.jsonl`` a ``broken`` formula and the
human's, ``fixed``; of ``logiclm_*.jsonl`` a logic program in ``program``. Equivalence is decided by Z3.
"""

import argparse
import json
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from logicbench.logic.fol.notes import ParseError
from logicbench.logic.fol.parse import parse, readings
from logicbench.logic.fol.printing import render
from logicbench.logic.fol.syntax import Formula, fold
from logicbench.logic.fol.transform import expand_counting

CONSOLE = Console(width=120)
SECTIONS = ("Premises", "Conclusion", "Facts", "Rules", "Query", "Constraints")
HEADINGS = (*SECTIONS, "Predicates", "Domain", "Variables", "Declarations", "Options")


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with open(path, encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def formulas(path: Path) -> dict[str, list[tuple[str, str]]]:
    """The distinct formulas of a file, with the notation to read them in, by source."""
    found: dict[str, dict[str, str]] = {}
    for row in rows(path):
        if row.get("program"):
            for section, text in program_formulas(row["program"]):
                if row["dataset"] == "LogicalDeduction" and section == "Query":
                    continue
                notation = "python" if row["dataset"] in ("AR-LSAT", "LogicalDeduction") else "auto"
                found.setdefault(row["dataset"], {})[text] = notation
        elif (row.get("fol") or "").strip():
            found.setdefault(row.get("source", "all"), {})[row["fol"]] = "auto"
    return {source: list(texts.items()) for source, texts in found.items()}


def program_formulas(program: str) -> Iterator[tuple[str, str]]:
    section = None
    for line in map(str.strip, program.splitlines()):
        heading = line.lstrip("# ").rstrip(":")
        if heading in HEADINGS:
            section = heading
        elif line and section in SECTIONS:
            yield section, line.split(":::")[0].strip()


def parsing(paths: list[Path]) -> None:
    table = Table("file", "source", "formulas", "strict %", "tolerant %", "median µs", "round trips %", box=None)
    table.columns[0].no_wrap = True
    kinds: Counter[str] = Counter()
    notations: Counter[str] = Counter()
    silent = 0
    for path in paths:
        for source, texts in formulas(path).items():
            strict = read = same = 0
            times = []
            for text, notation in texts:
                start = time.process_time()
                try:
                    parsed = parse(text, notation)
                except ParseError:
                    continue
                finally:
                    times.append(time.process_time() - start)
                read += 1
                strict += not parsed.repairs
                notations[parsed.notation] += 1
                kinds.update({note.kind for note in parsed.notes})
                same += parse(render(parsed.formula), "unicode", "strict").formula == parsed.formula
                try:
                    parse(text, notation, "strict")
                except ParseError:
                    silent += not parsed.repairs
            count = len(texts)
            shares = (f"{100 * share / count:.2f}" for share in (strict, read))
            median = f"{statistics.median(times) * 1e6:.0f}"
            table.add_row(path.name, source, str(count), *shares, median, f"{100 * same / max(read, 1):.2f}")
    CONSOLE.print(table)
    CONSOLE.print("\nnotations:", ", ".join(f"{name} {count}" for name, count in notations.most_common()))
    CONSOLE.print("formulas with a note, by kind:", ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()))
    CONSOLE.print(f"formulas that strict refuses and tolerant reads without a repair note: {silent}\n")


def to_z3(formula: Formula) -> Any:
    import z3

    sort = z3.DeclareSort("U")
    boolean = z3.BoolSort()

    def combine(node: Any, below: list[Any]) -> Any:
        name = type(node).__name__
        label = ".".join(map(str, (name, *node.label, len(below))))
        if name in ("Variable", "Constant", "Numeral"):
            return z3.Const(label, sort)
        if name in ("Function", "Arithmetic"):
            return z3.Function(label, *[sort] * (len(below) + 1))(*below)
        if name in ("Predicate", "Comparison"):
            return z3.Function(label, *[sort] * len(below), boolean)(*below) if below else z3.Bool(label)
        if name in ("Forall", "Exists"):
            bound = z3.Const(f"Variable.{node.variable.name}.0", sort)
            return (z3.ForAll if name == "Forall" else z3.Exists)([bound], below[0])
        if name == "Truth":
            return z3.BoolVal(node.value)
        if name in ("Equal", "Iff"):
            return below[0] == below[1]
        return getattr(z3, name)(*below)

    return fold(expand_counting(formula), combine)


def equivalent(left: Formula, right: Formula) -> bool:
    import z3

    solver = z3.Solver()
    solver.set("rlimit", 20_000_000)
    solver.add(z3.Not(to_z3(left) == to_z3(right)))
    return bool(solver.check() == z3.unsat)


def repairing(paths: list[Path]) -> None:
    places: Counter[int] = Counter()
    times, total = [], 0
    for path in paths:
        for row in rows(path):
            total += 1
            human = parse(row["fixed"]).formula
            start = time.process_time()
            found = readings(row["broken"], 3)
            times.append(time.process_time() - start)
            place = next((n for n, reading in enumerate(found, 1) if equivalent(reading.formula, human)), 0)
            places[place] += 1
    if total:
        first, three = places[1], places[1] + places[2] + places[3]
        CONSOLE.print(
            f"bracket repair: {total} pairs, equivalent to the human's in the first reading {first} "
            f"({100 * first / total:.1f} %), among the first three {three} ({100 * three / total:.1f} %), "
            f"median {statistics.median(times) * 1e3:.1f} ms, slowest {max(times) * 1e3:.0f} ms\n"
        )


def linearity() -> None:
    table = Table("input", "10,000 characters, s", "100,000 characters, s", box=None)
    shapes = {
        "∧ chain": lambda n: " ∧ ".join(["P(a)"] * (n // 7)),
        "nested brackets": lambda n: "(" * (n // 2) + "P" + ")" * (n // 2),
        "nested quantifiers": lambda n: "∀x " * (n // 3) + "P(x)",
        "nested terms": lambda n: "P(" + "f(" * (n // 3) + "a" + ")" * (n // 3) + ")",
        "unclosed brackets": lambda n: "(" * n + "P",
        "SMT-LIB": lambda n: "(not " * (n // 6) + "p" + ")" * (n // 6),
    }
    for name, shape in shapes.items():
        seconds = []
        for size in (10_000, 100_000):
            start = time.process_time()
            parse(shape(size))
            seconds.append(f"{time.process_time() - start:.2f}")
        table.add_row(name, *seconds)
    CONSOLE.print(table)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True, help="folder with the JSONL files")
    run(arguments.parse_args().data)


def run(folder: Path) -> None:
    parsing(sorted({*folder.glob("*formulas*.jsonl"), *folder.glob("logiclm_*.jsonl"), *folder.glob("malls*.jsonl")}))
    repairing(sorted(folder.glob("*repair_pairs*.jsonl")))
    linearity()


if __name__ == "__main__":
    main()
