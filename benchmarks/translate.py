"""Published model outputs through the Logic-LM pipeline, and the labels of published files against their formulas.

Run with: python benchmarks/translate.py --data DIR

DIR holds JSONL files, of which those present are used:

logiclm*.jsonl         dataset, model, id, context, question, options, gold, program, logiclm_status, logiclm_pred
qa_*.jsonl             dataset, id, context, question, options, answer
folio_problems*.jsonl  source, id, story_id, premises, premises_fol, conclusion, conclusion_fol, label

The outputs are replayed by the scripted backend through the whole pipeline, refinement included: the one text answers
every question, so a refinement says what was said before and ends.
"""

import argparse
import json
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from fol_prove import CONSOLE, Rows, rows, share, show

from logicbench.interop.imports.formats import QUESTIONS
from logicbench.interop.imports.question import check_label
from logicbench.models.factory import make_backend
from logicbench.models.protocol import Sampling
from logicbench.translation.items import load_items
from logicbench.translation.pipelines.protocol import Settings
from logicbench.translation.pipelines.registry import get_pipeline
from logicbench.translation.results import summarise
from logicbench.translation.run import RunConfig, translate
from logicbench.translation.stand_in import stand_in

FORMAT_OF = {
    "ProofWriter": "proofwriter",
    "ProntoQA": "prontoqa",
    "AR-LSAT": "ar-lsat",
    "LogicalDeduction": "logical-deduction",
}


def write(path: Path, found: Rows) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in found))
    return path


def replay(found: Rows, folder: Path) -> dict[str, Any]:
    """Run the pipeline on one data set's problems with one model's published programs."""
    fields = ("id", "context", "question", "options", "gold")
    items = load_items(write(folder / "items.jsonl", [{name: row[name] for name in fields} for row in found]))
    # Items of one name in the file are numbered by the reader; their scripts are too.
    script = [
        {"id": item.name, "completion": row["program"]}
        for item, row in zip(items, found, strict=True)
        if isinstance(row["program"], str)
    ]
    path = write(folder / "script.jsonl", script)
    backend = make_backend("scripted", str(path), [stand_in(item) for item in items])
    pipeline = get_pipeline("logic-lm")
    config = RunConfig(str(path), "scripted", "logic-lm", "", Settings(), Sampling(logprobs=False))
    outcome = translate(items, backend, pipeline, config, folder / "run", fresh=True)
    return summarise(outcome.records, outcome.seconds)


def replays(outputs: Rows) -> None:
    groups: dict[tuple[str, str], Rows] = defaultdict(list)
    for row in outputs:
        groups[row["dataset"], row["model"]].append(row)
    lines = []
    for (dataset, model), found in sorted(groups.items()):
        theirs = [row for row in found if row.get("logiclm_status") == "success"]
        right = sum(row["logiclm_pred"] == row["gold"] for row in theirs)
        with tempfile.TemporaryDirectory() as folder:
            ours = replay(found, Path(folder))
        count = len(found)
        lines.append(
            [
                dataset,
                model,
                count,
                share(len(theirs), count),
                share(round(ours["executable"] * count), count),
                share(right, count),
                share(round(ours["accuracy"] * count), count),
                f"{ours['seconds']:.0f} s",
            ]
        )
    columns = ["data set", "model", "n", "run, published", "run, here", "right, published", "right, here", "time"]
    show("Published outputs through the pipeline logic-lm; nothing is guessed", columns, lines)


def labels(questions: Rows, folio: Rows) -> None:
    groups: dict[tuple[str, str], Rows] = defaultdict(list)
    for row in questions:
        if row["dataset"] in FORMAT_OF:
            groups[FORMAT_OF[row["dataset"]], row["dataset"]].append(row)
    for row in folio:
        groups["folio", row.get("source", "folio")].append(row)
    lines = []
    statuses = ("confirmed", "refuted", "not entailed", "inconsistent", "undecided", "not checked")
    for (name, title), found in sorted(groups.items()):
        with tempfile.TemporaryDirectory() as folder:
            path = write(Path(folder) / "file.jsonl", found)
            counts = Counter(check_label(question).status for question in QUESTIONS[name](path))
        lines.append([title, counts.total(), *(counts[status] for status in statuses)])
    show("Published labels against the formulas of their questions", ["data set", "questions", *statuses], lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder with the JSONL files")
    chosen = parser.parse_args()
    outputs = rows(chosen.data, "logiclm*.jsonl")
    outputs = [row for row in outputs if "dataset" in row]
    if outputs:
        replays(outputs)
    questions, folio = rows(chosen.data, "qa_*.jsonl"), rows(chosen.data, "folio_problems*.jsonl")
    if questions or folio:
        labels(questions, folio)
    if not (outputs or questions or folio):
        CONSOLE.print(f"{chosen.data}: none of the files is there")


if __name__ == "__main__":
    main()
