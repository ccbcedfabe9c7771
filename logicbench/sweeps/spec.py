"""What a sweep file says, and the arms that it stands for.

A sweep file is TOML; ``docs/compression.md`` describes it. Every list in a ``[[compress]]`` table is an axis of a grid.
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from logicbench.compression.methods import Method, find_method
from logicbench.compression.request import CompressionRequest
from logicbench.errors import InputError, UnknownNameError
from logicbench.problem import content_id

DENSE = "dense"
OWN = "own"
"""The calibration that stands for the dense model's own completions, from a run of the sweep made for it."""

_TOP = ("model", "title", "keep_models", "jobs", "eval", "own", "calibration", "compress", "control", "draws")
_REQUEST = frozenset(
    {"method", "sparsity", "pattern", "scope", "allocation", "calibration", "general_calibration"}
    | {"calibration_samples", "sequence_length", "keep_wrong", "protect", "min_keep", "normalise", "refine", "head"}
    | {"rounds", "recover", "seed", "device", "batch_size"}
)
"""Fields of a compression request that a sweep file may set; all other names are settings of the method."""

_FLAGS = frozenset({"keep_wrong", "normalise", "refine", "head"})
_OPTION = {"allocation": "allocate"}
_SHORT = ("calibration", "pattern", "allocation", "scope", "scheme", "seed", "recover", "rounds", "refine")

Options = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Arm:
    """One model of a sweep.

    Attributes:
        name: Unique in the sweep, and the name of its folders.
        kind: The dense model, a compressed form of it, another model, or no model at all.
        method: Of a compressed form; else empty.
        settings: Of the compression, as in the sweep file.
        model: Path or name, of arms that are not compressed here.
        evaluation: Options of the evaluation that differ from the sweep's.
    """

    name: str
    kind: Literal["dense", "compressed", "model", "reference"]
    method: str = ""
    settings: Options = field(default_factory=dict)
    model: str = ""
    evaluation: Options = field(default_factory=dict)

    @property
    def sparsity(self) -> float | None:
        """Share asked to be removed, of arms whose method removes weights."""
        if self.kind != "compressed" or find_method(self.method).family == "quantize":
            return None
        return _request(self.method, self.settings).share

    @property
    def calibrated(self) -> bool:
        """Whether the compression reads calibration data."""
        return self.kind == "compressed" and _request(self.method, self.settings).uses_calibration

    @property
    def curve(self) -> str:
        """What is constant along a curve over sparsity: the method and all settings but the sparsity."""
        parts = [f"{name}={self.settings[name]}" for name in _SHORT if self.settings.get(name) not in (None, "uniform")]
        if not self.calibrated:
            parts = [part for part in parts if not part.startswith("calibration=")]
        return " ".join([self.method, *parts])


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep.

    Attributes:
        model: Path or name of the dense model.
        title: For the report.
        arms: The dense model first.
        evaluation: Options of ``logicbench eval``, for all arms.
        own: Options of the run whose completions calibrate, or None if no arm asks for them.
        keep_models: Whether the weights of compressed models stay after they were evaluated.
        jobs: Arms worked on at the same time.
        draws: Bootstrap samples of the comparison.
    """

    model: str
    title: str
    arms: tuple[Arm, ...]
    evaluation: Options
    own: Options | None = None
    keep_models: bool = False
    jobs: int = 1
    draws: int = 1000

    @property
    def dense(self) -> Arm:
        """The dense model's arm."""
        return self.arms[0]


def read_sweep(path: Path) -> Sweep:
    """Read a sweep file.

    Raises:
        InputError: If it cannot be read, or something in it has no meaning; the message names the table and the key.
    """
    try:
        record = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not TOML: {error}") from error
    return make_sweep(record, str(path))


def make_sweep(record: Mapping[str, Any], source: str) -> Sweep:
    """Return the sweep that a parsed sweep file stands for.

    Raises:
        InputError: If something in it has no meaning.
    """
    for name in record:
        if name not in _TOP:
            raise UnknownNameError(f"key of {source}", name, _TOP)
    model = record.get("model")
    if not isinstance(model, str) or not model:
        raise InputError(f'{source}: give the dense model, as in model = "smollm2-135m"')
    evaluation = _table(record, "eval", source)
    if not evaluation.get("suite") and not evaluation.get("tasks"):
        raise InputError(f"{source}: [eval] must say what to evaluate: suite = NAME, or tasks = [...]")
    common = _table(record, "calibration", source)
    arms = [Arm(DENSE, "dense", model=model)]
    arms += _controls(record.get("control", []), source)
    for number, entry in enumerate(record.get("compress", [])):
        arms += _grid(entry, common, f"{source}: [[compress]] {number + 1}")
    unique = {arm.name: arm for arm in arms}
    if len(unique) < 2:
        raise InputError(f"{source}: there is nothing to compare; add a [[compress]] table")
    own = _table(record, "own", source) or None
    asks = any(arm.calibrated and arm.settings.get("calibration") == OWN for arm in arms)
    if asks and own is None:
        raise InputError(f'{source}: calibration = "own" needs an [own] table that says which tasks to complete')
    return Sweep(
        model,
        str(record.get("title") or f"Compression of {Path(model).name}"),
        tuple(unique.values()),
        evaluation,
        own if asks else None,
        _typed(record, "keep_models", bool, False, source),
        max(1, _typed(record, "jobs", int, 1, source)),
        max(200, _typed(record, "draws", int, 1000, source)),
    )


def compress_arguments(arm: Arm, model: str, output: Path, dense_run: Path, own_run: Path) -> list[str]:
    """Return the arguments of ``logicbench compress`` that make an arm's model."""
    arguments = ["compress", "--model", model, "--method", arm.method, "--output", str(output)]
    for name, value in arm.settings.items():
        if name == "calibration":
            if arm.calibrated:
                source = f"run:{own_run}" if value == OWN else str(value)
                arguments += ["--calibration", source, "--evaluated", f"run:{dense_run}"]
        elif name in _FLAGS:
            arguments += [f"--{name.replace('_', '-')}"] if value else []
        elif name in _REQUEST:
            arguments += [f"--{_OPTION.get(name, name).replace('_', '-')}", str(value)]
        else:
            arguments += ["--set", f"{name}={str(value).lower() if isinstance(value, bool) else value}"]
    return arguments


def eval_arguments(options: Options, model: str | None, output: Path) -> list[str]:
    """Return the arguments of ``logicbench eval`` for options as in a sweep file."""
    arguments = ["eval", "--output", str(output), "--quiet"]
    if model is not None:
        arguments += ["--model", model]
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        if name == "backend_options":
            for option, setting in value.items():
                arguments += ["--backend-option", f"{option}={_json(setting)}"]
        elif isinstance(value, bool):
            arguments.append(flag if value else f"--no-{flag[2:]}")
        elif isinstance(value, Mapping):
            arguments += [flag, _json(value)]
        elif isinstance(value, Sequence) and not isinstance(value, str):
            for each in value:
                arguments += [flag, str(each)]
        else:
            arguments += [flag, str(value)]
    return arguments


def _json(value: Any) -> str:
    import orjson

    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _grid(entry: Any, common: Options, where: str) -> list[Arm]:
    if not isinstance(entry, Mapping) or "method" not in entry:
        raise InputError(f"{where}: name the method or methods")
    entry = dict(entry)
    evaluation = entry.pop("eval", {})
    axes = {name: value if isinstance(value, list) else [value] for name, value in entry.items()}
    for name, values in axes.items():
        if not values:
            raise InputError(f"{where}: {name} is an empty list")
    arms = []
    for point in itertools.product(*axes.values()):
        settings = dict(zip(axes, point, strict=True))
        method = find_method(str(settings.pop("method")))
        settings = _fitting(method, {**common, **settings})
        arm = Arm("", "compressed", method.name, settings, evaluation=evaluation)
        try:
            _request(method.name, settings).check()
        except InputError as error:
            raise InputError(f"{where}: {error}") from error
        arms.append(Arm(_name(arm, common), "compressed", method.name, settings, evaluation=evaluation))
    return arms


def _fitting(method: Method, settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings without a calibration that the method would not read."""
    data = ("calibration", "calibration_samples", "sequence_length", "keep_wrong")
    if not _request(method.name, settings).uses_calibration:
        return {name: value for name, value in settings.items() if name not in data}
    return settings


def _name(arm: Arm, common: Options) -> str:
    """Return a name for people that is unique: the method, its place in the grid, and a hash where that is not all."""
    parts = [arm.method]
    if arm.sparsity is not None:
        parts.append(f"{100 * arm.sparsity:g}")
    parts += [str(arm.settings[name]) for name in ("pattern", "scheme") if name in arm.settings]
    told = {"method", "sparsity", "pattern", "scheme"}
    rest = {name: value for name, value in arm.settings.items() if name not in told and common.get(name) != value}
    if rest:
        parts.append(content_id(rest, size=4))
    return "-".join(parts).replace(":", "of").replace("/", "_")


def _request(method: str, settings: Options) -> CompressionRequest:
    known = {name: value for name, value in settings.items() if name in _REQUEST}
    options = {name: value for name, value in settings.items() if name not in _REQUEST}
    if "protect" in known:
        known["protect"] = (known["protect"],)
    return CompressionRequest(Path("-"), Path("-"), method, options=options, **known)


def _controls(entries: Any, source: str) -> list[Arm]:
    arms = []
    for entry in entries:
        backend, model = entry.get("backend"), entry.get("model")
        if (backend is None) == (model is None):
            raise InputError(f'{source}: a [[control]] names either a model, or a backend such as "constant"')
        name = str(entry.get("name") or backend or Path(str(model)).name)
        if backend is not None:
            arms.append(Arm(name, "reference", evaluation={"backend": backend}))
        else:
            arms.append(Arm(name, "model", model=str(model), evaluation=entry.get("eval", {})))
    return arms


def _table(record: Mapping[str, Any], name: str, source: str) -> dict[str, Any]:
    value = record.get(name, {})
    if not isinstance(value, dict):
        raise InputError(f"{source}: [{name}] must be a table")
    return value


def _typed(record: Mapping[str, Any], name: str, kind: type, default: Any, source: str) -> Any:
    value = record.get(name, default)
    if not isinstance(value, kind):
        raise InputError(f"{source}: {name} must be of type {kind.__name__}")
    return value
