"""Calibration data by name: a run of the dense model, a problem family, a file, or random tokens.

Reasoning models lose least when calibrated on their own reasoning (RAC, Lucas et al., ICLR 2026, arXiv 2509.12464:
R1-Distill-Qwen-7B at 50% SparseGPT scores 0.900 on MATH-500 calibrated on its own chains of thought, 0.744 on C4), and
an evaluation run of the dense model holds exactly that. This is the one module here that knows of runs and families.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from logicbench.compression.calibration import Calibration, Tokenizer, from_documents, random_tokens
from logicbench.compression.documents import Document, from_texts, read_jsonl, require_disjoint
from logicbench.errors import InputError

SPLIT = "calibration"
"""The split that generated problems come from; splits share nothing."""


@dataclass(frozen=True, slots=True)
class CalibrationSource:
    """Which data, and how much of it.

    Attributes:
        name: ``run:FOLDER``, ``family:NAME[:TASK][@SURFACE]``, ``random``, or a file: ``.jsonl``, or plain text.
        samples: Most windows.
        length: Tokens in a window.
        seed: Of the draw.
        keep_wrong: Of a run, whether to use its wrong completions also.
    """

    name: str
    samples: int = 128
    length: int = 2048
    seed: int = 0
    keep_wrong: bool = False

    def load(
        self, tokenizer: Tokenizer, vocabulary: int, evaluated: Iterable[str] = (), longest: int | None = None
    ) -> Calibration:
        """Return the data.

        Args:
            tokenizer: The model's.
            vocabulary: Number of its tokens.
            evaluated: Instance ids that calibration must not touch.
            longest: Most positions of the model; longer windows are refused.

        Raises:
            InputError: If the name means nothing, the data is not there, or it overlaps with the evaluation.
        """
        if longest is not None and self.length > longest:
            raise InputError(f"--sequence-length {self.length} is more than the model's {longest} positions")
        if self.name == "random":
            return random_tokens(vocabulary, samples=self.samples, length=self.length, seed=self.seed)
        documents, template_options = self._documents()
        data = from_documents(
            documents,
            tokenizer,
            samples=self.samples,
            length=self.length,
            source=self.name,
            seed=self.seed,
            template_options=template_options,
        )
        require_disjoint(data.instances, evaluated)
        return data

    def _documents(self) -> tuple[list[Document], Mapping[str, Any]]:
        kind, separator, rest = self.name.partition(":")
        if separator and kind == "run":
            return run_documents(Path(rest), keep_wrong=self.keep_wrong)
        if separator and kind == "family":
            return family_documents(rest, self.seed, self.samples * self.length), {}
        path = Path(self.name)
        if not path.is_file():
            raise InputError(
                f"--calibration {self.name}: no such file; give run:FOLDER, family:NAME[:TASK], random, or a file"
            )
        if path.suffix == ".jsonl":
            return read_jsonl(path), {}
        return from_texts([path.read_text(encoding="utf-8", errors="replace")]), {}


def run_documents(folder: Path, *, keep_wrong: bool = False) -> tuple[list[Document], Mapping[str, Any]]:
    """Return the completions of a run with the messages that asked for them, and the chat template's options.

    Raises:
        InputError: If the folder is no run, or has no completion to use.
    """
    from logicbench.evals.config import Prompting
    from logicbench.evals.prompting import Prompter
    from logicbench.evals.store import open_run

    run = open_run(folder)
    problems = run.problems()
    prompting = Prompting(**run.info["config"]["prompting"])
    prompter = Prompter(prompting, problems)
    by_id = {problem.id: problem for problem in problems}
    documents = []
    for sample in run.samples():
        if sample.text and (sample.correct or keep_wrong):
            messages = tuple((turn.role, turn.content) for turn in prompter.messages(by_id[sample.problem]))
            documents.append(Document(sample.text, messages, sample.instance_id))
    if not documents:
        kind = "completion" if keep_wrong else "correct completion"
        raise InputError(f"{folder} holds no {kind} to calibrate on; evaluate the dense model on easier problems first")
    return documents, prompting.chat_template_kwargs


def family_documents(selection: str, seed: int, tokens: int) -> list[Document]:
    """Return generated problems with their reference answers, roughly enough for so many tokens.

    Raises:
        InputError: If there is no such family, or its problems have no reference answer.
    """
    from logicbench.evals.selection import FamilySelection, parse_selection
    from logicbench.generation import generate

    documents: list[Document] = []
    for part in parse_selection(selection):
        if not isinstance(part, FamilySelection):
            raise InputError(f"--calibration family:{selection} names a file, not a family; leave out 'family:'")
        characters = 0
        for problem in generate(
            part.family,
            part.task,
            surface=part.surfaces,
            count=max(8, tokens // 64),
            seed=seed,
            split=SPLIT,
            measure=False,
        ):
            if problem.reference is not None:
                documents.append(Document(problem.reference, (("user", problem.prompt),), problem.instance_id))
                characters += len(problem.prompt) + len(problem.reference)
            if characters > 8 * tokens:
                break
    if not documents:
        raise InputError(f"the problems of {selection} have no reference answers; calibrate on a run instead")
    return documents


def evaluated_instances(names: Iterable[str]) -> set[str]:
    """Return the instance ids of problem files and runs, for keeping calibration apart from them.

    Args:
        names: ``run:FOLDER``, ``suite:NAME``, or the path of a problem file.

    Raises:
        InputError: If a name means nothing.
    """
    from logicbench.evals.selection import load_suite, select
    from logicbench.evals.store import open_run
    from logicbench.problem import iter_problems

    found: set[str] = set()
    for name in names:
        kind, separator, rest = name.partition(":")
        if separator and kind == "run":
            found.update(problem.instance_id for problem in open_run(rest).problems())
        elif separator and kind == "suite":
            found.update(problem.instance_id for problem in select(load_suite(rest).selections, None, 0))
        else:
            found.update(problem.instance_id for problem in iter_problems(Path(name)))
    return found
