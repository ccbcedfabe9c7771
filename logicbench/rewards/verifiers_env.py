"""An environment for Prime Intellect's `verifiers` 0.1; ``vf.load_environment`` finds it through a module of two lines.

Versions from 0.4 on have another interface, for which there is `logicbench.rewards.verifiers_taskset`.

.. code-block:: python

    # my_logic.py
    from logicbench.rewards.verifiers_env import load_environment
    __all__ = ["load_environment"]

Rows are those of ``logicbench export --to verifiers``; without files, fresh problems are generated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from logicbench.errors import InputError, MissingExtraError
from logicbench.generation import generate
from logicbench.interop.rows import verifiers_row
from logicbench.rewards.core import Scored, score, text_of
from logicbench.rewards.shapes import Shape, get_shape


def load_environment(
    data: str | Path | None = None,
    *,
    tasks: Sequence[str] = ("sat:assign",),
    count: int = 1000,
    eval_count: int = 100,
    seed: int = 0,
    knobs: Mapping[str, Any] | None = None,
    surface: str | None = None,
    shape: str | Shape = "binary",
    thinking_opened: bool = False,
    system_prompt: str | None = None,
) -> Any:
    """Return a single-turn environment whose rubric is the reward.

    Args:
        data: A folder that ``logicbench export --to verifiers`` wrote; its ``train`` split is trained on, and its
            ``validation`` or else ``test`` split evaluated on. None generates problems.
        tasks: ``family:task`` names to generate, in equal numbers.
        count: Instances to train on, of each task.
        eval_count: Instances to evaluate on, of each task; another split, so that none is among the others.
        seed: Seed of generation.
        knobs: Settings of the generators.
        surface: How instances are shown; None is each family's default.
        shape: What a verdict is worth; see `logicbench.rewards.shapes`.
        thinking_opened: Whether the chat template ends prompts inside a thinking block.
        system_prompt: A system message, put before each prompt.

    Raises:
        MissingExtraError: If verifiers is not installed.
        InputError: If the folder holds no split, or verifiers is a version of another interface.
    """
    try:
        import verifiers as vf
    except ImportError:
        raise MissingExtraError("verifiers>=0.1,<0.2", "train") from None
    if not hasattr(vf, "SingleTurnEnv"):
        version = getattr(vf, "__version__", "")
        raise InputError(
            f"verifiers {version} has no SingleTurnEnv; use logicbench.rewards.verifiers_taskset with it, or install "
            "verifiers>=0.1,<0.2"
        )
    try:
        from datasets import Dataset
    except ImportError:
        raise MissingExtraError("datasets", "train") from None
    chosen = get_shape(shape)

    @lru_cache(maxsize=256)
    def judged(text: str, line: str) -> Scored:
        """Judge a completion; kept, because the reward and the two metrics of one rollout all ask."""
        return score(text, line, shape=chosen, thinking_opened=thinking_opened)

    def reward(completion: Any, info: Any) -> float:
        return judged(_text(completion), _problem(info)).reward

    def correct(completion: Any, info: Any) -> float:
        return float(judged(_text(completion), _problem(info)).verdict.correct)

    def unparsable(completion: Any, info: Any) -> float:
        return float(judged(_text(completion), _problem(info)).verdict.status == "unparsable")

    if data is not None:
        train, held_out = _read(Path(data))
    else:

        def rows(split: str, number: int) -> Any:
            problems = (
                problem
                for name in tasks
                for problem in generate(
                    name.partition(":")[0], name.partition(":")[2] or None, surface=surface, count=number, seed=seed,
                    split=split, knobs=knobs, measure=False,
                )
            )  # fmt: skip
            return Dataset.from_list([verifiers_row(problem) for problem in problems])

        train, held_out = rows("train", count), rows("validation", eval_count)
    if system_prompt is not None:
        message = [{"role": "system", "content": system_prompt}]
        train, held_out = (part.map(lambda row: {"prompt": message + row["prompt"]}) for part in (train, held_out))
    rubric = vf.Rubric(funcs=[reward, correct, unparsable], weights=[1.0, 0.0, 0.0])
    return vf.SingleTurnEnv(dataset=train, eval_dataset=held_out, rubric=rubric)


def _read(folder: Path) -> tuple[Any, Any]:
    from datasets import Dataset

    found = {name: folder / f"{name}.parquet" for name in ("train", "validation", "test")}
    splits = {name: path for name, path in found.items() if path.is_file()}
    if not splits:
        raise InputError(f"{folder}: neither train.parquet nor validation.parquet nor test.parquet lies in this folder")
    first = splits.get("train") or next(iter(splits.values()))
    held_out = splits.get("validation") or splits.get("test") or first
    return Dataset.from_parquet(str(first)), Dataset.from_parquet(str(held_out))


def _problem(info: Any) -> str:
    record = orjson.loads(info) if isinstance(info, str) else info
    return str(record["problem"])


def _text(completion: Any) -> str:
    """Return the text of a completion: `verifiers` hands over texts, or messages as its own records."""
    if completion is None or isinstance(completion, str):
        return text_of(completion)
    last = [message if isinstance(message, Mapping) else {"content": message.content} for message in completion[-1:]]
    return text_of(last)
