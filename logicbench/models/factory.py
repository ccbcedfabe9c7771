"""From a kind, a model and options to a backend.

The kind ``auto`` is vLLM where vLLM and a CUDA device are there, else transformers. A model can also name a backend:
``oracle``, ``random``, ``constant``, ``constant:TEXT``, ``noisy-oracle:0.7``, ``scripted:FILE`` and ``openai:MODEL``.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from logicbench.errors import InputError, UnknownNameError
from logicbench.models import reference
from logicbench.models.known import resolve_model
from logicbench.models.protocol import Backend
from logicbench.problem import Problem

ENGINES = ("transformers", "vllm", "openai")
REFERENCES = ("oracle", "noisy-oracle", "random", "constant", "scripted")
KINDS = ("auto", *ENGINES, *REFERENCES)


def make_backend(
    kind: str,
    model: str | Path,
    problems: Sequence[Problem] = (),
    options: Mapping[str, Any] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Backend:
    """Return a backend that is ready to complete requests.

    Args:
        kind: One of `KINDS`.
        model: A path or a name (see `logicbench.models.known`), a served model's name for ``openai``, or a reference
            backend's name or argument.
        problems: What the reference backends answer from.
        options: Settings by name, those of the kind's own options record; `option_names` lists them.
        progress: Told in a few words what is being done.

    Raises:
        UnknownNameError: If the kind, the model or an option is unknown.
        InputError: If an option is wrong.
        MissingExtraError: If a package that the backend needs is not installed.
        BackendError: If the model cannot be loaded or the server not reached.
    """
    chosen, rest, why = choose_backend(kind, str(model))
    if why:
        progress(why)
    settings = dict(options or {})
    unknown = [name for name in settings if name not in option_names(chosen)]
    if unknown:
        raise UnknownNameError(f"{chosen} backend option", unknown[0], option_names(chosen))
    if chosen in REFERENCES:
        return _reference(chosen, rest, problems)
    if chosen == "openai":
        from logicbench.models.openai import OpenAIBackend
        from logicbench.models.openai_options import OpenAIOptions

        return OpenAIBackend(rest, OpenAIOptions(**settings))
    path = resolve_model(rest, progress)
    progress(f"loading {path} with {chosen}")
    if chosen == "vllm":
        from logicbench.models.vllm import VllmBackend, VllmOptions

        return VllmBackend(path, VllmOptions(**settings))
    from logicbench.models.hf import TransformersBackend, TransformersOptions

    return TransformersBackend(path, TransformersOptions(**settings))


def choose_backend(kind: str, model: str) -> tuple[str, str, str]:
    """Return the kind to use, what is left of the model's name, and, where there was a choice, why in one sentence.

    Raises:
        UnknownNameError: If the kind is unknown.
        InputError: If kind and model name different backends.
    """
    if kind not in KINDS:
        raise UnknownNameError("backend", kind, KINDS)
    prefix, _, rest = model.partition(":")
    if prefix in (*REFERENCES, "openai") and not Path(model).exists():
        if kind not in ("auto", prefix):
            raise InputError(f"model {model!r} is a {prefix} backend, so it cannot run on --backend {kind}")
        return prefix, rest, ""
    if kind in REFERENCES:
        return kind, "" if model == kind else model, ""
    if kind != "auto":
        return kind, model, ""
    if importlib.util.find_spec("vllm") is None:
        return "transformers", model, "backend transformers (vllm is not installed)"
    if not _has_cuda():
        return "transformers", model, "backend transformers (vllm is installed, but there is no CUDA device)"
    return "vllm", model, "backend vllm (it is installed and there is a CUDA device)"


def option_names(kind: str) -> tuple[str, ...]:
    """Return the names of the options that a kind of backend takes."""
    if kind == "transformers":
        from logicbench.models.hf import TransformersOptions

        return tuple(field.name for field in fields(TransformersOptions))
    if kind == "vllm":
        from logicbench.models.vllm import VllmOptions

        return tuple(field.name for field in fields(VllmOptions))
    if kind == "openai":
        from logicbench.models.openai_options import OpenAIOptions

        return tuple(field.name for field in fields(OpenAIOptions))
    return ()


def _has_cuda() -> bool:
    if importlib.util.find_spec("torch") is None:
        return False
    import torch

    return torch.cuda.is_available()


def _reference(kind: str, argument: str, problems: Sequence[Problem]) -> Backend:
    if kind == "oracle":
        return reference.oracle(problems)
    if kind == "random":
        return reference.random_guesser(problems)
    if kind == "constant":
        return reference.constant(problems, argument or None)
    if kind == "scripted":
        if not argument:
            raise InputError("the scripted backend needs a file: --model scripted:FILE.jsonl")
        return reference.scripted(problems, argument)
    try:
        accuracy = float(argument)
    except ValueError:
        raise InputError(
            f"the noisy-oracle backend needs an accuracy: --model noisy-oracle:0.7, not {argument!r}"
        ) from None
    return reference.noisy_oracle(problems, accuracy)
