"""The transformers backend: any causal language model on any device, one process, exact and reproducible.

Rows join and leave a running batch, the longest prompts first, so that a batch that is too large fails at once and not
after an hour. On out-of-memory the batch size is halved and remembered; what had been generated is kept. In float32 a
completion depends on its request alone, not on the batch it was part of; in 16-bit types the rounding of a batch's
matrix products can turn near-ties, as in every engine.
"""

from __future__ import annotations

import gc
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from logicbench.errors import BackendError, InputError
from logicbench.models.batch import Batch, Row, has_plain_cache
from logicbench.models.decoding import find_stop, is_stuck, pick
from logicbench.models.fingerprint import describe_source, package_versions
from logicbench.models.loading import (
    choose_device,
    choose_dtype,
    end_tokens,
    find_source,
    first_line,
    import_torch,
    load_model,
    load_tokenizer,
    set_threads,
)
from logicbench.models.prompts import Prompt, Prompter
from logicbench.models.protocol import Capabilities, Completion, Request, Sampling, check_call
from logicbench.seeding import Stream

if TYPE_CHECKING:
    import torch

FIRST_BATCH = {"cpu": 32, "mps": 32}
"""Rows that ``auto`` starts with, by kind of device; 64 elsewhere."""
TOKEN_BUDGET = {"cpu": 65_536, "mps": 65_536}
"""Padded tokens that a batch may hold when rows join; 524288 elsewhere."""
PREFILL_TOKENS = {"cpu": 8_192}
"""Padded tokens of one prefill; 16384 elsewhere. A single longer prompt still goes through."""


@dataclass(frozen=True, slots=True)
class TransformersOptions:
    """Settings of the transformers backend."""

    device: str = "auto"
    dtype: str = "auto"
    """``auto`` is float32 on the CPU and the checkpoint's own type elsewhere."""
    batch_size: int | Literal["auto"] = "auto"
    """Most rows in one forward pass; halved on out-of-memory where it is ``auto``."""
    token_budget: int | None = None
    """Most padded tokens in the batch when rows join it."""
    threads: int | None = None
    """CPU threads; the default is ``OMP_NUM_THREADS`` where it is set."""
    trust_remote_code: bool = False
    chat_template_kwargs: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.batch_size != "auto" and self.batch_size < 1:
            raise InputError(f"batch size must be 'auto' or at least 1, not {self.batch_size}")


class TransformersBackend:
    """Runs a model of the transformers library.

    Args:
        model: A folder in Hugging Face form, or a GGUF file or a folder with one.
        options: Device, type, batching and template settings.

    Raises:
        InputError: If the path is not a model or an option is wrong.
        MissingExtraError: If torch or transformers is not installed.
        BackendError: If the model cannot be loaded.
    """

    name = "transformers"

    def __init__(self, model: str | Path, options: TransformersOptions | None = None) -> None:
        self.options = options or TransformersOptions()
        self._source = find_source(model)
        self.device = choose_device(self.options.device)
        self._threads = set_threads(self.options.threads) if self.device == "cpu" else None
        self._prompter = Prompter(
            load_tokenizer(self._source, self.options.trust_remote_code), dict(self.options.chat_template_kwargs)
        )
        dtype = choose_dtype(self.options.dtype, self.device)
        self._model = load_model(self._source, dtype, self.device, self.options.trust_remote_code)
        self._plain = has_plain_cache(self._model)
        self._ends = end_tokens(self._prompter.tokenizer, self._model.generation_config)
        self._opening, self._closing = self._prompter.mark_ids
        kind = self.device.partition(":")[0]
        asked = self.options.batch_size
        self._rows = 1 if not self._plain else FIRST_BATCH.get(kind, 64) if asked == "auto" else asked
        self._budget = self.options.token_budget or TOKEN_BUDGET.get(kind, 524_288)
        self._prefill = PREFILL_TOKENS.get(kind, 16_384)
        self._figures: dict[str, float] = {
            "prompt_tokens": 0, "generated_tokens": 0, "forward_passes": 0, "seconds": 0.0, "out_of_memory": 0,
        }  # fmt: skip

    @property
    def capabilities(self) -> Capabilities:
        """Raw log-probabilities; a thinking budget where the model's thinking marks are single tokens."""
        return Capabilities(logprobs="raw", thinking_budget=self._prompter.marks is not None, repetition=True)

    @property
    def context(self) -> int | None:
        """Most tokens of prompt and completion together, or None where the model states no bound."""
        bound = getattr(self._model.config.get_text_config(), "max_position_embeddings", None)
        return int(bound) if bound else None

    def describe(self) -> Mapping[str, Any]:
        """Return what identifies model, tokenizer, settings, software and device."""
        return {
            "kind": self.name,
            "model": describe_source(self._source),
            "architecture": type(self._model).__name__,
            "dtype": str(self._model.dtype).removeprefix("torch."),
            "device": self.device,
            "device_name": _device_name(self.device),
            "threads": self._threads,
            "batch_size": self.options.batch_size,
            "context": self.context,
            "end_tokens": sorted(self._ends),
            "prompting": self._prompter.describe(),
            "packages": package_versions(),
        }

    def statistics(self) -> Mapping[str, Any]:
        """Return tokens, forward passes and seconds so far, and the batch size in use."""
        return {**self._figures, "batch_size": self._rows}

    def close(self) -> None:
        """Free the model's memory."""
        self._model = None
        _release_memory(self.device)

    def complete(self, requests: Sequence[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield a completion for every request as it finishes.

        Raises:
            InputError: If the requests or the sampling cannot be honoured.
            BackendError: If the model fails other than by running out of memory.
        """
        check_call(self.name, self.capabilities, requests, sampling)
        if sampling.extra:
            raise InputError(f"the transformers backend has no option {next(iter(sampling.extra))!r}")
        if self._model is None:
            raise BackendError("the transformers backend has been closed")
        prompts = self._prompter.encode(request.messages for request in requests)
        waiting: list[Row] = []
        for request in requests:
            row = self._row(request, prompts[request.messages], sampling)
            if row.limit > 0:
                waiting.append(row)
            else:
                yield self._too_long(row)
        waiting.sort(key=lambda row: -len(row.prompt))
        yield from self._run(deque(waiting), sampling)

    def _row(self, request: Request, prompt: Prompt, sampling: Sampling) -> Row:
        room = self.context - len(prompt.ids) if self.context else sampling.max_tokens
        opened = prompt.opened is not None
        return Row(
            request,
            prompt.ids,
            min(sampling.max_tokens, room),
            inside=opened,
            opened=opened,
            randomness=Stream("models.sample", request.seed),
        )

    def _too_long(self, row: Row) -> Completion:
        reason = f"the prompt has {len(row.prompt)} tokens and the model's context holds {self.context}"
        return Completion(row.request.key, "", "error", prompt_tokens=len(row.prompt), error=reason)

    def _run(self, waiting: deque[Row], sampling: Sampling) -> Iterator[Completion]:
        batch = Batch(self._model, self._plain)
        while waiting or batch.rows:
            began = time.perf_counter()
            full = self._advance(batch, waiting, sampling)
            failed = self._shrink(batch, waiting) if full else []
            self._figures["seconds"] += time.perf_counter() - began
            for row in batch.drop_finished():
                yield self._completion(row, sampling)
            yield from failed

    def _advance(self, batch: Batch, waiting: deque[Row], sampling: Sampling) -> bool:
        """Do one forward pass; return whether memory ran out."""
        torch = import_torch()
        joining = self._take(batch, waiting)
        try:
            with torch.inference_mode():
                logits = batch.join(joining) if joining else batch.step()
                self._extend(batch.rows[-len(joining) :] if joining else batch.rows, logits, sampling)
        except (RuntimeError, MemoryError) as error:
            if batch.rows[-len(joining) :] != joining:
                waiting.extendleft(reversed(joining))
            if not _is_out_of_memory(error):
                raise BackendError(f"the model failed: {first_line(error)}") from error
            return True
        self._figures["forward_passes"] += 1
        self._figures["prompt_tokens"] += sum(len(row.prompt) for row in joining)
        return False

    def _take(self, batch: Batch, waiting: deque[Row]) -> list[Row]:
        """Take the rows that are to join now: none until a quarter of the batch is free, to join many at a time."""
        room = self._rows - len(batch.rows)
        if batch.rows and (room < max(1, self._rows // 4) and room < len(waiting)):
            return []
        taken: list[Row] = []
        width = batch.width
        while waiting and len(taken) < room:
            width = max(width, waiting[0].length)
            longest = max(waiting[0].length, *(row.length for row in taken), 0)
            over_prefill = (len(taken) + 1) * longest > self._prefill
            over_budget = (len(batch.rows) + len(taken) + 1) * width > self._budget
            if (over_prefill or over_budget) and (taken or batch.rows):
                break
            taken.append(waiting.popleft())
        for row in taken:
            if not row.ids:
                row.started = time.perf_counter()
        return taken

    def _shrink(self, batch: Batch, waiting: deque[Row]) -> list[Completion]:
        """Halve the batch after running out of memory; give up on a row that does not even fit alone."""
        rows = batch.clear()
        _release_memory(self.device)
        self._figures["out_of_memory"] += 1
        waiting.extendleft(reversed(rows))
        if self.options.batch_size != "auto" and self._rows > 1:
            raise BackendError(f"out of memory at batch size {self._rows}; use --batch-size auto or a smaller one")
        if self._rows > 1:
            self._rows //= 2
            return []
        row = waiting.popleft()
        reason = f"out of memory with this completion alone, at {row.length} tokens"
        return [Completion(row.request.key, "", "error", prompt_tokens=len(row.prompt), error=reason)]

    def _extend(self, rows: Sequence[Row], logits: torch.Tensor, sampling: Sampling) -> None:
        """Add one token to each row and see whether it is finished."""
        sampled = sampling.temperature > 0
        uniforms = [row.uniform() if sampled else 0.0 for row in rows]
        forced = [self._forced(row, sampling) for row in rows]
        seen = _seen(rows, logits) if sampling.repetition_penalty != 1 else None
        chosen, logprobs = pick(logits, sampling, uniforms, seen, forced)
        for row, token, logprob in zip(rows, chosen, logprobs, strict=True):
            row.append(token, logprob)
            self._note_thinking(row, token)
            self._finish(row, token, sampling)
        self._figures["generated_tokens"] += len(rows)

    def _forced(self, row: Row, sampling: Sampling) -> int:
        over = sampling.thinking_budget is not None and row.inside and row.thought >= sampling.thinking_budget
        return self._closing if over else -1

    def _note_thinking(self, row: Row, token: int) -> None:
        row.thought += row.inside
        if token == self._closing:
            row.inside = False
        elif token == self._opening:
            row.inside = True

    def _finish(self, row: Row, token: int, sampling: Sampling) -> None:
        if token in self._ends:
            row.finish = "stop"
            return
        stops = self._stops(sampling)
        if stops and self._stopped(row, stops):
            row.finish = "stop"
        elif sampling.repetition is not None and is_stuck(row.ids, sampling.repetition):
            row.finish = "repetition"
        elif len(row.ids) >= row.limit:
            row.finish = "length"

    def _stopped(self, row: Row, stops: Sequence[str]) -> bool:
        # A stop string of n bytes spans at most n tokens, and a few more may hold no text of their own.
        tail = max(len(stop.encode()) for stop in stops) + 8
        if find_stop(self._prompter.decode(row.ids[-tail:]), stops) < 0:
            return False
        return find_stop(self._prompter.decode(row.ids), stops) >= 0

    def _stops(self, sampling: Sampling) -> tuple[str, ...]:
        return (*sampling.stop, *self._prompter.stop)

    def _completion(self, row: Row, sampling: Sampling) -> Completion:
        assert row.finish is not None
        text = self._prompter.read(row.ids, self._ends, self._stops(sampling))
        return Completion(
            row.request.key,
            text,
            row.finish,
            prompt_tokens=len(row.prompt),
            token_ids=tuple(row.ids),
            logprobs=tuple(row.logprobs) if sampling.logprobs else None,
            latency_s=time.perf_counter() - row.started,
            prompt_opens_thinking=row.opened,
            thinking_tokens=self._prompter.thinking_tokens(row.ids, text, row.opened),
        )


def _seen(rows: Sequence[Row], logits: torch.Tensor) -> torch.Tensor:
    import torch

    seen = torch.zeros(logits.shape, dtype=torch.bool)
    for index, row in enumerate(rows):
        seen[index, torch.tensor([*row.prompt, *row.ids])] = True
    return seen.to(logits.device)


def _is_out_of_memory(error: BaseException) -> bool:
    torch = import_torch()
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    text = str(error).lower()
    return "out of memory" in text or "can't allocate memory" in text


def _release_memory(device: str) -> None:
    gc.collect()
    if device.startswith("cuda"):
        import_torch().cuda.empty_cache()


def _device_name(device: str) -> str:
    if device.startswith("cuda"):
        return str(import_torch().cuda.get_device_name(device))
    return device
