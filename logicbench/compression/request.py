"""One compression as data: what the command line and sweeps ask for, and how it is carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from logicbench.compression.methods import Family, Method, find_method
from logicbench.compression.options import parse_options
from logicbench.compression.patterns import Pattern
from logicbench.compression.progress import Notify, Step, silent
from logicbench.compression.settings import MaskSettings
from logicbench.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from logicbench.compression.calibration import Calibration
    from logicbench.compression.folding import FoldSettings
    from logicbench.compression.pipeline import Transformation
    from logicbench.compression.quantization.quantise import QuantizeSettings
    from logicbench.compression.recovery import LoraSettings
    from logicbench.compression.sidecar import Sidecar
    from logicbench.compression.structured.depth import DepthSettings
    from logicbench.compression.structured.experts import ExpertSettings
    from logicbench.compression.structured.neurons import NeuronSettings
    from logicbench.compression.structured.width import WidthSettings

DEFAULT_SPARSITY = 0.5
_LORA = "lora_"
_BY_MATRIX: dict[Family, str] = {"quantize": "rounds weights", "fold": "makes its cores 2:4"}
"""What the families do that neither mask nor remove structures."""


@dataclass(frozen=True, slots=True)
class CompressionRequest:
    """What to compress, and how.

    Attributes:
        model: Folder of the original.
        output: Folder to make.
        method: Name of a method; see `METHODS`.
        sparsity: Share to remove; the pattern's for N:M, and 0.5, unless given.
        pattern: ``unstructured`` or N:M.
        scope: Whether scores compete inside a layer or over the model.
        allocation: How the sparsity is shared over layers.
        calibration: Name of the calibration data; see `CalibrationSource`.
        general_calibration: Name of general data beside it, for methods that compare the two.
        calibration_samples: Most windows.
        sequence_length: Tokens in a window.
        keep_wrong: Of a run, whether to calibrate on wrong completions also.
        evaluated: Problem files, runs or suites that calibration must not touch.
        protect: Patterns of matrices to leave alone.
        min_keep: Least share of each matrix that a global threshold keeps.
        normalise: Divide magnitudes by their matrix's rms.
        refine: Refine masks by DSnoT.
        head: Also prune the output head.
        rounds: Rounds of growing sparsity.
        recover: How to recover accuracy afterwards.
        seed: Of everything that is drawn.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        offload: Whether to hold one layer at a time on the device; decided by free memory if None.
        batch_size: Windows run together.
        options: Settings of single methods, by name.
    """

    model: Path
    output: Path
    method: str
    sparsity: float | None = None
    pattern: str = "unstructured"
    scope: Literal["layer", "global"] = "layer"
    allocation: str = "uniform"
    calibration: str | None = None
    general_calibration: str | None = None
    calibration_samples: int = 128
    sequence_length: int = 2048
    keep_wrong: bool = False
    evaluated: tuple[str, ...] = ()
    protect: tuple[str, ...] = ()
    min_keep: float = 0.0
    normalise: bool = False
    refine: bool = False
    head: bool = False
    rounds: int = 1
    recover: Literal["none", "lora"] = "none"
    seed: int = 0
    device: str = "auto"
    offload: bool | None = None
    batch_size: int = 1
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """The share to remove, with the defaults filled in."""
        if self.sparsity is not None:
            return self.sparsity
        pattern = Pattern.parse(self.pattern)
        return pattern.sparsity if pattern.structured else DEFAULT_SPARSITY

    @property
    def uses_calibration(self) -> bool:
        """Whether calibration data is read at all."""
        method = find_method(self.method)
        return (
            method.calibrated
            or self.recover != "none"
            or (method.family == "mask" and (self.refine or self.allocation in ("owl", "rd")))
        )

    def to_json(self) -> dict[str, Any]:
        """Return the request as a JSON object."""
        record = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: _plain(value) for name, value in record.items()}

    def mask_settings(self) -> MaskSettings:
        """Return the settings of mask pruning.

        Raises:
            InputError: If they make no sense.
        """
        return MaskSettings(
            method=self.method,
            sparsity=self.share,
            pattern=Pattern.parse(self.pattern),
            scope=self.scope,
            allocation=self.allocation,
            seed=self.seed,
            protect=self.protect,
            min_keep=self.min_keep,
            normalise=self.normalise,
            refine=self.refine,
            head=self.head,
            rounds=self.rounds,
            batch_size=self.batch_size,
        )

    def width_settings(self) -> WidthSettings:
        """Return the settings of methods that narrow layers.

        Raises:
            InputError: If they make no sense.
        """
        from logicbench.compression.method_options import WidthOptions
        from logicbench.compression.structured.width import WidthSettings

        options = parse_options(WidthOptions, self.method_options, self.method)
        return WidthSettings(self.method, self.share, options, self.batch_size)

    def depth_settings(self) -> DepthSettings:
        """Return the settings of methods that remove layers.

        Raises:
            InputError: If they make no sense.
        """
        from logicbench.compression.structured.depth import DepthSettings

        self._check_no_options()
        return DepthSettings(self.method, self.share, self.seed, self.batch_size)

    def expert_settings(self) -> ExpertSettings:
        """Return the settings of methods that remove experts.

        Raises:
            InputError: If they make no sense.
        """
        from logicbench.compression.structured.experts import ExpertSettings

        self._check_no_options()
        return ExpertSettings(self.method, self.share, self.seed, self.batch_size)

    def neuron_settings(self) -> NeuronSettings:
        """Return the settings of methods that narrow experts.

        Raises:
            InputError: If they make no sense.
        """
        from logicbench.compression.method_options import NeuronOptions
        from logicbench.compression.structured.neurons import NeuronSettings

        options = parse_options(NeuronOptions, self.method_options, self.method)
        return NeuronSettings(self.method, self.share, options, self.seed)

    def fold_settings(self) -> FoldSettings:
        """Return the settings of methods that factorise matrices.

        Raises:
            InputError: If they make no sense.
        """
        from logicbench.compression.folding import FoldSettings
        from logicbench.compression.method_options import FoldOptions

        options = parse_options(FoldOptions, self.method_options, self.method)
        return FoldSettings(self.method, options, self.protect, self.batch_size)

    def quantize_settings(self) -> QuantizeSettings:
        """Return the settings of methods that quantise.

        Raises:
            InputError: If they make no sense.
        """
        from logicbench.compression.method_options import QuantizeOptions
        from logicbench.compression.quantization.quantise import QuantizeSettings

        engine = {"engine": "llmcompressor"} if self.method == "awq" else {}
        options = parse_options(QuantizeOptions, {**engine, **self.method_options}, self.method)
        return QuantizeSettings(self.method, options, self.protect, batch_size=self.batch_size)

    def check(self) -> Method:
        """Refuse what can be refused before any model is loaded, and return the method.

        Raises:
            InputError: If options are missing or do not go together.
        """
        method = find_method(self.method)
        if self.recover == "lora":
            if method.family == "quantize":
                raise InputError("quantised weights cannot be trained: recover first, then quantise the result")
            if method.family == "fold":
                raise InputError("training would leave the factors' form: leave out --recover")
            self.lora_settings()
        if method.family == "mask":
            self.mask_settings()
            self._check_no_options()
        else:
            self._check_unmasked(method)
            self._check_settings(method)
        if self.uses_calibration and self.calibration is None:
            raise InputError(
                f"{self.method} with these options needs --calibration run:FOLDER, family:NAME or FILE.jsonl"
            )
        if method.general and self.general_calibration is None:
            raise InputError(f"{self.method} compares with general text: give --general-calibration FILE")
        return method

    @property
    def method_options(self) -> dict[str, Any]:
        """The settings of the method, without those of the recovery."""
        return {name: value for name, value in self.options.items() if not name.startswith(_LORA)}

    def lora_settings(self) -> LoraSettings:
        """Return the settings of the recovery.

        Raises:
            InputError: If they make no sense.
        """
        from logicbench.compression.recovery import LoraSettings

        given = {name.removeprefix(_LORA): value for name, value in self.options.items() if name.startswith(_LORA)}
        try:
            return parse_options(LoraSettings, {"seed": self.seed, **given}, "--recover lora")
        except UnknownNameError as error:
            known = [f"{_LORA}{each.name}" for each in fields(LoraSettings)]
            raise UnknownNameError("setting of --recover lora", f"{_LORA}{error.name}", known) from error

    def _check_no_options(self) -> None:
        if self.method_options:
            raise InputError(f"{self.method} has no settings: leave out --set {next(iter(self.method_options))}")

    def _check_settings(self, method: Method) -> None:
        """Make the settings of a method that does not mask, to have them checked."""
        checks: dict[str, Callable[[], object]] = {
            "quantize": self.quantize_settings,
            "depth": self.depth_settings,
            "experts": self.expert_settings,
            "neurons": self.neuron_settings,
            "fold": self.fold_settings,
            "width": self.width_settings,
        }
        checks[method.family]()

    def _check_unmasked(self, method: Method) -> None:
        odd = {
            "pattern": self.pattern != "unstructured",
            "scope": self.scope != "layer",
            "allocate": self.allocation != "uniform",
            "protect": bool(self.protect) and method.family not in _BY_MATRIX,
            "sparsity": self.sparsity is not None and method.family in _BY_MATRIX,
            "refine": self.refine,
            "head": self.head,
            "rounds": self.rounds != 1,
        }
        for name, given in odd.items():
            if given:
                what = _BY_MATRIX.get(method.family, "removes whole structures")
                raise InputError(f"--{name} does not apply to {method.name}, which {what}")


def run_request(request: CompressionRequest, notify: Notify = silent) -> Sidecar:
    """Carry out a compression.

    Returns:
        The record written beside the weights.

    Raises:
        InputError: If the request cannot be carried out; the message says why.
    """
    method = request.check()
    from logicbench.compression.loading import check_folder, resolve_device
    from logicbench.compression.pipeline import compress_folder
    from logicbench.compression.saving import check_output

    check_folder(request.model)
    check_output(request.output)
    device = resolve_device(request.device)
    calibrations = _calibrations(request, notify) if request.uses_calibration else {}
    if method.family == "quantize" and (settings := request.quantize_settings()).options.engine == "llmcompressor":
        from logicbench.compression.quantization.external import quantise_folder

        domain, unread = calibrations.get("domain"), _unread(request, method)
        return quantise_folder(request.model, request.output, settings, request.to_json(), domain, unread, notify)
    return compress_folder(
        request.model,
        request.output,
        request.method,
        request.to_json(),
        _transformation(request, method, calibrations),
        calibrations=calibrations,
        device=device,
        offload=request.offload,
        warnings=_unread(request, method),
        notify=notify,
    )


def _unread(request: CompressionRequest, method: Method) -> tuple[str, ...]:
    """Return a warning where calibration data was given that the method does not read."""
    unread = []
    if request.calibration is not None and not request.uses_calibration:
        unread.append("--calibration")
    if request.general_calibration is not None and not method.general:
        unread.append("--general-calibration")
    return tuple(f"{method.name} with these options reads no such data: {option} was ignored" for option in unread)


def _transformation(
    request: CompressionRequest, method: Method, calibrations: Mapping[str, Calibration]
) -> Transformation:
    first = _first_transformation(request, method, calibrations)
    if request.recover == "none":
        return first
    from logicbench.compression.recovery import recovered

    return recovered(first, request.lora_settings(), calibrations["domain"])


def _first_transformation(
    request: CompressionRequest, method: Method, calibrations: Mapping[str, Calibration]
) -> Transformation:
    if method.family == "quantize":
        from logicbench.compression.quantization.quantise import quantised

        return quantised(request.quantize_settings(), calibrations.get("domain"))
    if method.family == "experts":
        from logicbench.compression.structured.experts import fewer_experts

        return fewer_experts(request.expert_settings(), calibrations.get("domain"))
    if method.family == "neurons":
        from logicbench.compression.structured.neurons import narrower_experts

        return narrower_experts(request.neuron_settings(), calibrations.get("domain"))
    if method.family == "fold":
        from logicbench.compression.folding import folded

        return folded(request.fold_settings(), calibrations.get("domain"))
    if method.family == "depth":
        from logicbench.compression.structured.depth import shallower

        return shallower(request.depth_settings(), calibrations.get("domain"))
    if method.family == "width":
        from logicbench.compression.structured.width import narrowed

        return narrowed(request.width_settings(), calibrations.get("domain"))
    from logicbench.compression.pipeline import masked

    return masked(request.mask_settings(), calibrations.get("domain"), calibrations.get("general"))


def _calibrations(request: CompressionRequest, notify: Notify) -> dict[str, Calibration]:
    from logicbench.compression.loading import load_tokenizer, model_limits
    from logicbench.compression.sources import CalibrationSource, evaluated_instances

    general = request.general_calibration if find_method(request.method).general else None
    names = {"domain": request.calibration, "general": general}
    vocabulary, positions = model_limits(request.model)
    tokenizer = load_tokenizer(request.model)
    evaluated = evaluated_instances(request.evaluated)
    result = {}
    for role, name in names.items():
        if name is not None:
            source = CalibrationSource(
                name, request.calibration_samples, request.sequence_length, request.seed, request.keep_wrong
            )
            data = source.load(tokenizer, vocabulary, evaluated, positions)
            notify(Step("calibration", len(data.windows), request.calibration_samples, f"{data.tokens} tokens, {name}"))
            result[role] = data
    return result


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value
