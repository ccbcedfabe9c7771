"""Problems in the forms that trainers and other evaluation tools read; `FORMATS` lists them.

A form that is one file is written to the path; the others are folders, which must not hold anything yet. Nothing is
left behind where an export fails.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from logicbench.errors import InputError, UnknownNameError
from logicbench.interop import rows, schemas, tables
from logicbench.interop.card import card, config_of, quoted, split_name
from logicbench.problem import Problem, dump_line, write_problems

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Export:
    """What to write."""

    problems: Sequence[Problem]
    name: str = "logicbench"
    """Names the task in the tool that reads the export."""
    system: str | None = None
    """A system message to put before each prompt, in forms that hold messages."""


@dataclass(frozen=True, slots=True)
class Format:
    """One form of export."""

    summary: str
    write: Callable[[Export, Path], None]
    folder: bool = True
    """Whether it is a folder of files rather than one file."""
    next: str = ""
    """The command or line that uses the result; ``{path}`` and ``{name}`` are filled in."""


def export(what: Export, to: str, output: Path) -> Format:
    """Write problems in a form and return it.

    Raises:
        UnknownNameError: If there is no such form.
        InputError: If there are no problems, two share an id, the name does not fit, or the output cannot be written.
        MissingExtraError: If the form needs a package that is not installed.
    """
    if to not in FORMATS:
        raise UnknownNameError("export format", to, FORMATS)
    if not what.problems:
        raise InputError("there are no problems to export")
    if not _NAME.fullmatch(what.name):
        raise InputError(f"name {what.name!r}: use letters, digits, '-' and '_', a letter first, at most 64 of them")
    _refuse_repeats(what.problems)
    chosen = FORMATS[to]
    if output.is_dir() and (not chosen.folder or any(output.iterdir())):
        raise InputError(
            f"{output}: this folder already holds something; name a new one"
            if chosen.folder
            else f"{output} is a folder; --to {to} writes a file, so name one"
        )
    if output.is_file() and chosen.folder:
        raise InputError(f"{output} is a file; --to {to} writes a folder, so name a new one")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=output.parent, prefix=f".{output.name}.") as scratch:
            target = Path(scratch) / (output.name or "export")
            if chosen.folder:
                target.mkdir()
            chosen.write(what, target)
            if output.is_dir():
                output.rmdir()
            shutil.move(target, output)
    except OSError as error:
        raise InputError(f"cannot write {output}: {error.strerror or error}") from None
    return chosen


def _refuse_repeats(problems: Sequence[Problem]) -> None:
    seen: set[str] = set()
    for problem in problems:
        if problem.id in seen:
            raise InputError(f"problem {problem.id} is given twice; name each file once")
        seen.add(problem.id)


def _jsonl(what: Export, path: Path) -> None:
    with open(path, "wb") as out:
        write_problems(what.problems, out)


def _parquet(what: Export, path: Path) -> None:
    tables.write_parquet(what.problems, path)


def _by_split(problems: Sequence[Problem]) -> dict[str, list[Problem]]:
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        found.setdefault(split_name(problem.split), []).append(problem)
    return found


def _hf(what: Export, folder: Path) -> None:
    files = {}
    for split, members in _by_split(what.problems).items():
        by_config: dict[str, list[Problem]] = {}
        for problem in members:
            by_config.setdefault(config_of(problem), []).append(problem)
        for config, part in by_config.items():
            files[config, split] = f"data/{config}/{split}.parquet"
            (folder / "data" / config).mkdir(parents=True, exist_ok=True)
            tables.write_parquet(part, folder / files[config, split])
    (folder / "README.md").write_text(card(what.name, what.problems, files), encoding="utf-8")


def _rows_by_split(
    row: Callable[[Problem, str | None], Mapping[str, Any]], schema: Callable[[], Any]
) -> Callable[[Export, Path], None]:
    def write(what: Export, folder: Path) -> None:
        tables.require_pyarrow()
        for split, members in _by_split(what.problems).items():
            converted = [row(problem, what.system) for problem in members]
            tables.write_rows(converted, folder / f"{split}.parquet", schema())

    return write


def _write_lines(path: Path, records: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(map(dump_line, records)))


def _openai_evals(what: Export, folder: Path) -> None:
    _write_lines(
        folder / "data" / what.name / "samples.jsonl", [rows.openai_row(p, what.system) for p in what.problems]
    )
    (folder / "evals").mkdir()
    (folder / "evals" / f"{what.name}.yaml").write_text(
        f"{what.name}:\n"
        f"  id: {what.name}.test.v1\n"
        f"  description: {quoted('Logical reasoning with checked answers')}\n"
        "  metrics: [accuracy]\n"
        f"{what.name}.test.v1:\n"
        "  class: logicbench.interop.openai_evals:Verified\n"
        "  args:\n"
        f"    samples_jsonl: {what.name}/samples.jsonl\n",
        encoding="utf-8",
    )


def _lm_eval(what: Export, folder: Path) -> None:
    _write_lines(folder / "problems.jsonl", [rows.eval_row(p) for p in what.problems])
    system = "" if what.system is None else f"description: {quoted(what.system + chr(10) * 2)}\n"
    (folder / f"{what.name}.yaml").write_text(
        f"task: {what.name}\n"
        "custom_dataset: !function utils.load_problems\n"
        "test_split: test\n"
        f"{system}"
        "output_type: generate_until\n"
        "doc_to_text: prompt\n"
        "doc_to_target: reference\n"
        "process_results: !function utils.process_results\n"
        "generation_kwargs:\n"
        "  until: []\n"
        "  do_sample: false\n"
        "  max_gen_toks: 2048\n"
        "metric_list:\n"
        "  - metric: correct\n"
        "    aggregation: mean\n"
        "    higher_is_better: true\n"
        "  - metric: unparsable\n"
        "    aggregation: mean\n"
        "    higher_is_better: false\n"
        "metadata:\n"
        "  version: 1.0\n",
        encoding="utf-8",
    )
    (folder / "utils.py").write_text(
        '"""Loads the problems that lie beside this file, and scores with logicbench."""\n\n'
        "from pathlib import Path\n\n"
        "from logicbench.interop import lm_eval_task\n"
        "from logicbench.interop.lm_eval_task import process_results\n\n"
        '__all__ = ["load_problems", "process_results"]\n\n\n'
        "def load_problems(**_):\n"
        '    return lm_eval_task.load_problems(Path(__file__).with_name("problems.jsonl"))\n',
        encoding="utf-8",
    )


def _inspect(what: Export, folder: Path) -> None:
    _write_lines(folder / "problems.jsonl", [rows.eval_row(p) for p in what.problems])
    function = what.name.replace("-", "_")
    (folder / f"{function}.py").write_text(
        '"""A task for Inspect: the problems that lie beside this file, scored with logicbench."""\n\n'
        "from pathlib import Path\n\n"
        "from inspect_ai import Task, task\n\n"
        "from logicbench.interop.inspect_task import problem_task\n\n\n"
        "@task\n"
        f"def {function}() -> Task:\n"
        f"    return problem_task(Path(__file__).with_name({'problems.jsonl'!r}), system={what.system!r})\n",
        encoding="utf-8",
    )


FORMATS: Mapping[str, Format] = {
    "jsonl": Format(
        "one file of problems, as `logicbench generate` writes it", _jsonl, False,
        "logicbench eval --model MODEL --tasks {path}",
    ),
    "parquet": Format(
        "one Parquet file that reads back to the same bytes", _parquet, False,
        "logicbench export {path} --to jsonl --output BACK.jsonl",
    ),
    "hf": Format(
        "a folder for Hugging Face datasets: card, splits, a configuration a task", _hf,
        next='python -c "from datasets import load_dataset; print(load_dataset(\'{path}\'))"',
    ),
    "trl": Format(
        "Parquet for TRL's online trainers, a file a split", _rows_by_split(rows.trl_row, schemas.trl_schema),
        next="GRPOTrainer(reward_funcs=logicbench.rewards.trl.TrlReward(), ...) on load_dataset('{path}')",
    ),
    "verl": Format(
        "Parquet in verl's schema, a file a split", _rows_by_split(rows.verl_row, schemas.verl_schema),
        next="data.train_files={path}/train.parquet custom_reward_function.path=$(python -m logicbench.rewards.verl)",
    ),
    "verifiers": Format(
        "Parquet for the package verifiers, a file a split",
        _rows_by_split(rows.verifiers_row, schemas.verifiers_schema),
        next="logicbench.rewards.verifiers_env.load_environment(data='{path}')",
    ),
    "openai-evals": Format(
        "a registry folder for OpenAI's evals", _openai_evals, next="oaieval MODEL {name} --registry_path {path}"
    ),
    "lm-eval": Format(
        "a task folder for lm-evaluation-harness", _lm_eval,
        next="lm_eval --model hf --model_args pretrained=MODEL --tasks {name} --include_path {path}",
    ),
    "inspect": Format(
        "a task folder for Inspect", _inspect, next="cd {path} && inspect eval *.py --model PROVIDER/MODEL",
    ),
}  # fmt: skip
"""The forms by name."""
