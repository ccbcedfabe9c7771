"""The prover, the comparison and the published programs on real problems and model outputs.

Run with: python benchmarks/fol_prove.py --data DIR [--limit N] [--workers N] [--write-errors docs/data-errors.md]

DIR holds JSONL files, of which those present are used:

folio_problems*.jsonl   source, id, premises_fol, conclusion_fol, label
folio_formulas*.jsonl   fol
logiclm*.jsonl          dataset, model, program, gold, logiclm_status, logiclm_pred
*pairs_labelled*.jsonl  gold, pred

Times are processor time of one process, so that other work on the machine does not count.
"""

import argparse
import json
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from logicbench.errors import LogicbenchError
from logicbench.logic.fol.normalise import NORMALISATIONS, Normalisation, bind_free, normalise
from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.syntax import And, Exists, Forall, Formula, Iff, Implies, Not, Or, Xor, fold, rebuild
from logicbench.logic.fol.transform import nnf, rename_apart
from logicbench.seeding import Stream
from logicbench.solvers.prover.certificates import check_model, check_refutation, show_term
from logicbench.solvers.prover.external import installed
from logicbench.solvers.prover.portfolio import Session
from logicbench.translation.compare.closeness import closeness
from logicbench.translation.compare.equivalence import compare
from logicbench.translation.compare.overlap import bleu, le_score, tokens
from logicbench.translation.compare.sampling import agreement
from logicbench.translation.edits import KINDS
from logicbench.translation.labels import Judgement, judge, judge_all, read_problem
from logicbench.translation.perturb import perturb
from logicbench.translation.programs import Program, read_folio_program, read_rule_program
from logicbench.translation.sensitivity import MEASURES, draw, score_texts, summarise
from logicbench.translation.typed_programs import read_typed_program

CONSOLE = Console(width=120)
PARTS = ("labels", "certificates", "times", "engines", "programs", "measures", "sensitivity")
Rows = list[dict[str, Any]]


def rows(data: Path, pattern: str) -> Rows:
    found: Rows = []
    for path in sorted(data.glob(pattern)):
        found += [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    return found


def show(title: str, columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    table = Table(title=title, title_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place == 0 else "right")
    for line in lines:
        table.add_row(*map(str, line))
    CONSOLE.print(table)


def share(part: int, whole: int) -> str:
    return f"{part} ({part / whole:.1%})" if whole else "-"


def by_source(problems: Rows) -> dict[str, Rows]:
    found: dict[str, Rows] = defaultdict(list)
    for row in problems:
        if isinstance(row.get("conclusion_fol"), str):
            found[f"{row.get('source', '')} {row.get('split', '')}".strip()].append(row)
    return found


def gold_agreement(problems: Rows, workers: int) -> dict[str, list[Judgement]]:
    """Labels against verdicts: formulas as they stand, and with each declared normalisation."""
    figures: dict[str, dict[str, Any]] = {}
    verbatim: dict[str, list[Judgement]] = {}
    for source, found in by_source(problems).items():
        read = [read_problem(row, source, place) for place, row in enumerate(found, 1)]
        for level in NORMALISATIONS:
            judged = list(judge_all(read, workers, level=level))
            if level == "none":
                verbatim[source] = judged
                figures[source] = {
                    "problems": len(read),
                    "parsed": sum(one.result is not None for one in judged),
                    "undecided": sum(one.verdict == "Undecided" for one in judged),
                }
            figures[source][f"agree: {level}"] = share(sum(one.agrees for one in judged), len(read))
    names = next(iter(figures.values()), {})
    lines = [[name, *(figures[source][name] for source in figures)] for name in names]
    show("Labels that the formulas bear out, by how far they are normalised", ["", *figures], lines)
    return verbatim


def times(problems: Rows) -> None:
    """Processor time of a problem, reading included, in this process."""
    lines = []
    for source, found in by_source(problems).items():
        read = [read_problem(row, source, place) for place, row in enumerate(found, 1)]
        judge(read[0])
        spent = []
        for problem in read:
            begin = time.process_time()
            judge(problem)
            spent.append(1000 * (time.process_time() - begin))
        spent.sort()
        cuts = [f"{spent[int(len(spent) * part)]:.1f}" for part in (0.5, 0.9, 0.99)]
        lines.append([source, len(read), *cuts, f"{spent[-1]:.0f}"])
    show("Milliseconds a problem", ["set", "problems", "median", "90 %", "99 %", "longest"], lines)


def certificates(judged: dict[str, list[Judgement]]) -> None:
    """Check every certificate with what did not make it."""
    lines = []
    names = ("models", "models refused", "refutations", "refutations refused", "refutations without instances")
    for source, found in judged.items():
        counts: Counter[str] = Counter()
        for one in found:
            result = one.result
            if result is None:
                continue
            premises = [parse(text).formula for text in one.problem.premises]
            conclusion = parse(one.problem.conclusion).formula
            for structure, goal in ((result.holds, conclusion), (result.fails, Not(conclusion))):
                if structure is not None:
                    counts["models"] += 1
                    counts["models refused"] += not check_model(structure, [*premises, goal])
            if result.refutation is not None and result.refutation.instances:
                counts["refutations"] += 1
                right = check_refutation(premises, conclusion, result.verdict, result.refutation.instances)
                counts["refutations refused"] += not right
            counts["refutations without instances"] += bool(result.refutation and not result.refutation.instances)
        lines.append([source, *(counts[name] for name in names)])
    columns = ["set", "models", "refused", "refutations", "refused", "without instances"]
    show("Certificates, checked by what did not make them", columns, lines)


def engines_agree(problems: Rows, limit: int) -> None:
    """Put the same questions to every engine alone."""
    engines = ["ground", "finite", "z3-mbqi", "z3-triggers", *installed()]
    decided: Counter[str] = Counter()
    disagree: Counter[str] = Counter()
    questions = 0
    for row in [row for found in by_source(problems).values() for row in found][:limit]:
        try:
            formulas = [parse(text).formula for text in (*row["premises_fol"], row["conclusion_fol"])]
        except LogicbenchError:
            continue
        session = Session([*formulas, Not(formulas[-1])])
        for goal in (len(formulas) - 1, len(formulas)):
            questions += 1
            chosen = [*range(len(formulas) - 1), goal]
            said = {engine: session.opinion(engine, chosen) for engine in engines}  # type: ignore[arg-type]
            known = {status for status in said.values() if status != "unknown"}
            for engine, status in said.items():
                decided[engine] += status != "unknown"
                disagree[engine] += status != "unknown" and len(known) > 1
    lines = [[engine, questions, decided[engine], disagree[engine]] for engine in engines]
    show("Every engine alone", ["engine", "questions", "decided", "disagreements"], lines)


def programs(outputs: Rows) -> None:
    """Published programs: executable, and answered right, by the published pipeline and here."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in outputs:
        count = counts[row["dataset"], row["model"]]
        count["all"] += 1
        if row.get("logiclm_status") == "success":
            count["theirs run"] += 1
            count["theirs right"] += row["logiclm_pred"] == row["gold"]
        try:
            letter = answer(row["dataset"], row["program"])
            bound = answer(row["dataset"], row["program"], "objects") if row["dataset"] == "FOLIO" else letter
        except LogicbenchError:
            continue
        count["run"] += 1
        count["right"] += letter == row["gold"]
        count["right, normalised"] += bound == row["gold"]
    figures = ("theirs run", "run", "theirs right", "right", "right, normalised")
    lines = [
        [dataset, model, count["all"], *(share(count[one], count["all"]) for one in figures)]
        for (dataset, model), count in sorted(counts.items())
    ]
    columns = ["data set", "model", "programs", "run, published", "run, here", "right, published", "right, here"]
    columns.append("normalised")
    show("Published logic programs; FOLIO's also with names normalised", columns, lines)


def answer(dataset: str, program: str, level: Normalisation = "none") -> str | None:
    """The letter that a program answers; None if every option is wrong, or the premises contradict each other."""
    if dataset in ("AR-LSAT", "LogicalDeduction"):
        return read_typed_program(program).answer()
    if dataset == "FOLIO":
        read = read_folio_program(program)
        formulas, _ = bind_free([*read.premises, read.conclusion])
        *premises, conclusion = normalise(formulas, level).formulas
        verdict = Program(tuple(premises), conclusion).run().verdict
    else:
        verdict = read_rule_program(program).run_rules().verdict
    return {"True": "A", "False": "B", "Uncertain": "B" if dataset == "ProntoQA" else "C"}.get(verdict)


def rewritings(formula: Formula) -> Iterator[Formula]:
    """Formulas that say the same in other words."""
    yield rename_apart(nnf(formula), ("x", "y", "z"))
    yield nnf(Not(nnf(Not(formula))))
    yield fold(formula, _dual)
    yield fold(formula, _spelled_out)


def _dual(node: Any, below: list[Any]) -> Any:
    """Contrapositives, ∀ by ∃ and back, operands in the other order."""
    if isinstance(node, Implies):
        return Implies(Not(below[1]), Not(below[0]))
    if isinstance(node, Forall | Exists):
        kind = Exists if isinstance(node, Forall) else Forall
        return Not(kind(node.variable, Not(below[0]), node.sort))
    if isinstance(node, And | Or | Xor | Iff):
        return rebuild(node, below[::-1])
    return rebuild(node, below)


def _spelled_out(node: Any, below: list[Any]) -> Any:
    """→, ⊕ and ↔ by ¬, ∧ and ∨."""
    if isinstance(node, Implies):
        return Or((Not(below[0]), below[1]))
    if isinstance(node, Xor):
        return And((Or((below[0], below[1])), Not(And((below[0], below[1])))))
    if isinstance(node, Iff):
        return Or((And((below[0], below[1])), And((Not(below[0]), Not(below[1])))))
    return rebuild(node, below)


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The probability that a positive scores above a negative, ties half."""
    order = sorted([(score, 1) for score in positive] + [(score, 0) for score in negative])
    total, place = 0.0, 0
    while place < len(order):
        end = place
        while end < len(order) and order[end][0] == order[place][0]:
            end += 1
        total += (place + 1 + end) / 2 * sum(label for _, label in order[place:end])
        place = end
    count = len(positive)
    return (total - count * (count + 1) / 2) / (count * len(negative))


def golds(formulas: Rows, limit: int) -> Iterator[tuple[str, Formula]]:
    """Different gold formulas, drawn at random by a fixed seed."""
    texts = list(dict.fromkeys(row["fol"] for row in formulas if row.get("fol")))
    Stream("benchmark", "fol").shuffle(texts)
    for text in texts[:limit]:
        try:
            yield text, parse(text).formula
        except LogicbenchError:
            continue


def pairs(formulas: Rows, limit: int) -> Iterator[tuple[Formula, Formula, bool]]:
    """Gold formulas with rewritings (true) and with errors, the truth of each by proof."""
    for text, gold in golds(formulas, limit):
        yield from ((gold, other, True) for other in rewritings(gold) if other != gold)
        for kind in KINDS:
            made = perturb(gold, kind, Stream("benchmark", text, kind))
            if made is not None and made.effect != "undecided":
                yield gold, made.formula, made.effect == "equivalent"


def labelled_pairs(found: Rows, limit: int) -> Iterator[tuple[Formula, Formula, bool]]:
    """Pairs from a file, the truth by proof."""
    for row in found[:limit]:
        try:
            gold, predicted = parse(row["gold"]).formula, parse(row["pred"]).formula
        except LogicbenchError:
            continue
        relation = compare(gold, predicted, align=False).relation
        if relation != "undecided":
            yield gold, predicted, relation == "equivalent"


def measures(found: Iterable[tuple[Formula, Formula, bool]], title: str) -> None:
    """How well each measure tells equivalent pairs from others."""
    scorers: dict[str, Callable[[Formula, Formula], float | None]] = {
        "random structures alone": agreement,
        "structures and proof": lambda a, b: compare(a, b, align=False).agreement,
        "combined": lambda a, b: closeness(a, b, align=False)[1].combined,
        "LE": le_score,
        "BLEU": lambda a, b: bleu(tokens(a), tokens(b)),
    }
    scores: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in scorers}
    spent: dict[str, float] = dict.fromkeys(scorers, 0.0)
    for gold, other, same in found:
        for name, scorer in scorers.items():
            begin = time.process_time()
            score = scorer(gold, other)
            spent[name] += time.process_time() - begin
            if score is not None:
                scores[name][not same].append(score)
    lines = []
    for name, (equal, unequal) in scores.items():
        if not equal or not unequal:
            continue
        false_ones = sum(score == 1.0 for score in unequal)
        missed = sum(score < 1.0 for score in equal)
        ms = 1000 * spent[name] / (len(equal) + len(unequal))
        row = [name, len(equal), len(unequal), f"{auroc(equal, unequal):.4f}", false_ones, missed]
        lines.append([*row, f"{statistics.mean(unequal):.3f}", f"{ms:.1f}"])
    columns = ["measure", "equivalent", "different", "AUROC", "false 1.0", "missed 1.0", "mean of different", "ms"]
    show(title, columns, lines)


def sensitivity(formulas: Rows, limit: int, workers: int) -> None:
    """Mean score of gold formulas against the seven perturbations of the metrics study."""
    texts = draw((row["fol"] for row in formulas if row.get("fol")), limit)
    found = summarise([scores for scores in score_texts(texts, workers=workers) if scores is not None])
    lines = []
    for one in found:
        means = ("-" if mean is None else f"{mean:.3f}" for mean in one.means.values())
        lines.append([one.perturbation, share(one.changed, one.formulas), one.equivalent, *means])
    columns = ["perturbation", "changed", "still equivalent", *MEASURES]
    show("Mean scores under the perturbations of the metrics study", columns, lines)


HEAD = """# Labels that a certificate refutes

Problems of published data sets whose label contradicts their own formulas. Made by

    python benchmarks/fol.py --data DIR --write-errors docs/data-errors.md

Either the label or a formula is wrong; the certificate says which formulas to look at. Premises are counted from 1.
Formulas are taken as they stand, no names merged. `logicbench fol label FILE --output RESULTS` writes every certificate
in full.
"""


def write_errors(path: Path, judged: dict[str, list[Judgement]]) -> None:
    """Write the problems whose label a certificate refutes."""
    parts = [HEAD]
    for source, found in judged.items():
        pairs_found = [(one, one.result) for one in found if one.reason and one.result is not None]
        wrong = [(one, result, result.refutation) for one, result in pairs_found if result.refutation is not None]
        parts.append(f"## {source}: {len(wrong)} of {len(found)} labels refuted by a proof\n")
        parts.append("| problem | label | formulas say | premises used | terms in the ground instances |")
        parts.append("|---|---|---|---|---|")
        for one, result, refutation in wrong:
            used = {show_term(term) for instance in refutation.instances for term in instance.terms}
            core = ", ".join(str(place + 1) for place in result.core) or "none"
            terms = ", ".join(f"`{term}`" for term in sorted(used)) or "none"
            parts.append(f"| {one.problem.name} | {one.problem.label} | {result.verdict} | {core} | {terms} |")
        models = [
            f"{one.problem.name} ({result.holds.size}, {result.fails.size})"
            for one, result in pairs_found
            if result.holds is not None and result.fails is not None
        ]
        parts.append(f"\n## {source}: {len(models)} of {len(found)} labels refuted by two models\n")
        parts.append("The label is True or False, but the premises have a model with the conclusion and one without;")
        parts.append("in brackets, the individuals in the two.\n")
        parts.append(", ".join(models) + ".\n")
    path.write_text("\n".join(parts))
    CONSOLE.print(f"written: {path}")


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder with the JSONL files")
    parser.add_argument("--limit", type=int, default=220, help="gold formulas for the measures, problems for engines")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--write-errors", type=Path, help="write the labels that a certificate refutes")
    parser.add_argument("--only", nargs="*", choices=PARTS, help="do these parts only")
    return parser


def main() -> None:
    run(arguments().parse_args())


def run(chosen: argparse.Namespace) -> None:
    wanted = set(chosen.only or PARTS)
    problems, formulas = rows(chosen.data, "folio_problems*.jsonl"), rows(chosen.data, "folio_formulas*.jsonl")
    if wanted & {"labels", "certificates"}:
        judged = gold_agreement(problems, chosen.workers)
        if "certificates" in wanted:
            certificates(judged)
        if chosen.write_errors:
            write_errors(chosen.write_errors, judged)
    if "times" in wanted:
        times(problems)
    if "engines" in wanted:
        engines_agree(problems, chosen.limit)
    if "programs" in wanted:
        programs(rows(chosen.data, "logiclm*.jsonl"))
    if "measures" in wanted:
        measures(pairs(formulas, chosen.limit), "Equivalent rewritings against proved errors")
        if labelled := rows(chosen.data, "*pairs_labelled*.jsonl"):
            measures(labelled_pairs(labelled, 20 * chosen.limit), "Labelled pairs")
    if "sensitivity" in wanted:
        sensitivity(formulas, chosen.limit, chosen.workers)


if __name__ == "__main__":
    main()
