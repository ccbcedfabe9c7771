"""``logicbench compress``: prune or quantise a model, and say what it cost and what it is good for."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from logicbench.compression.methods import ALLOCATIONS, METHODS
from logicbench.errors import InputError

if TYPE_CHECKING:
    from logicbench.compression.progress import Step
    from logicbench.compression.sidecar import Sidecar

_WHAT, _WHERE, _DATA, _AFTER, _RUN = "Method", "Where to prune", "Calibration", "Afterwards", "Run"

app = typer.Typer(add_completion=False)


@app.command()
def compress(
    model: Annotated[str | None, typer.Option(help="Folder of a model, or its name.", rich_help_panel=_WHAT)] = None,
    method: Annotated[str, typer.Option(help="See --methods.", rich_help_panel=_WHAT)] = "wanda",
    sparsity: Annotated[
        float | None, typer.Option(help="Share of the weights to remove; 0.5 unless given.", rich_help_panel=_WHAT)
    ] = None,
    pattern: Annotated[
        str, typer.Option(help="unstructured, or N kept of every M, as in 2:4.", rich_help_panel=_WHAT)
    ] = "unstructured",
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="A setting of the method; see --methods.", rich_help_panel=_WHAT
        ),
    ] = None,
    methods: Annotated[
        bool, typer.Option("--methods", help="List the methods and stop.", rich_help_panel=_WHAT)
    ] = False,
    scope: Annotated[
        str, typer.Option(help="layer, or global for one threshold over the model.", rich_help_panel=_WHERE)
    ] = "layer",
    allocate: Annotated[
        str, typer.Option(help=f"How layers share the sparsity: {', '.join(ALLOCATIONS)}.", rich_help_panel=_WHERE)
    ] = "uniform",
    protect: Annotated[
        list[str] | None,
        typer.Option(help="Leave matrices alone, as in '*.layers.0.*'; may be given again.", rich_help_panel=_WHERE),
    ] = None,
    min_keep: Annotated[
        float, typer.Option(help="Least share that a global threshold keeps of a matrix.", rich_help_panel=_WHERE)
    ] = 0.0,
    normalise: Annotated[
        bool, typer.Option("--normalise", help="Divide magnitudes by their matrix's rms.", rich_help_panel=_WHERE)
    ] = False,
    head: Annotated[
        bool, typer.Option("--head", help="Also prune the output head, if untied.", rich_help_panel=_WHERE)
    ] = False,
    calibration: Annotated[
        str | None,
        typer.Option(
            help="run:FOLDER (correct completions), family:NAME[:TASK], random, FILE.jsonl or a text file.",
            rich_help_panel=_DATA,
        ),
    ] = None,
    general_calibration: Annotated[
        str | None, typer.Option(help="General text, for dpruner and gaprune.", rich_help_panel=_DATA)
    ] = None,
    calibration_samples: Annotated[int, typer.Option(min=1, help="Most windows.", rich_help_panel=_DATA)] = 128,
    sequence_length: Annotated[int, typer.Option(min=2, help="Tokens in a window.", rich_help_panel=_DATA)] = 2048,
    keep_wrong: Annotated[
        bool, typer.Option("--keep-wrong", help="Of a run, use wrong completions also.", rich_help_panel=_DATA)
    ] = False,
    evaluated: Annotated[
        list[str] | None,
        typer.Option(
            help="FILE.jsonl, run:FOLDER or suite:NAME that calibration must not touch; may be given again.",
            rich_help_panel=_DATA,
        ),
    ] = None,
    refine: Annotated[bool, typer.Option("--refine", help="Refine masks by DSnoT.", rich_help_panel=_AFTER)] = False,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of growing sparsity.", rich_help_panel=_AFTER)] = 1,
    recover: Annotated[str, typer.Option(help="none or lora.", rich_help_panel=_AFTER)] = "none",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Folder to make.", rich_help_panel=_RUN)] = None,
    seed: Annotated[int, typer.Option(help="Of everything that is drawn.", rich_help_panel=_RUN)] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.", rich_help_panel=_RUN)] = "auto",
    offload: Annotated[
        bool | None,
        typer.Option(
            "--offload/--no-offload",
            help="Hold one layer at a time on the device; by free memory.",
            rich_help_panel=_RUN,
        ),
    ] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Windows run together.", rich_help_panel=_RUN)] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the record as JSON.", rich_help_panel=_RUN)] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.", rich_help_panel=_RUN)] = False,
) -> None:
    """Compress a model into an ordinary model folder with a compression.json beside the weights."""
    if methods:
        _list_methods()
        return
    if model is None or output is None:
        raise InputError("give --model FOLDER and --output FOLDER; --methods lists the methods")
    from logicbench.compression.request import CompressionRequest, run_request
    from logicbench.models.known import resolve_model

    request = CompressionRequest(
        model=resolve_model(model),
        output=output,
        method=method,
        sparsity=sparsity,
        pattern=pattern,
        scope=_choice("scope", scope, "layer", "global"),
        allocation=allocate,
        calibration=calibration,
        general_calibration=general_calibration,
        calibration_samples=calibration_samples,
        sequence_length=sequence_length,
        keep_wrong=keep_wrong,
        evaluated=tuple(evaluated or ()),
        protect=tuple(protect or ()),
        min_keep=min_keep,
        normalise=normalise,
        refine=refine,
        head=head,
        rounds=rounds,
        recover=_choice("recover", recover, "none", "lora"),
        seed=seed,
        device=device,
        offload=offload,
        batch_size=batch_size,
        options=_settings(setting or []),
    )
    request.check()
    _silence_libraries()
    record = run_request(request, _Lines() if not quiet else lambda step: None)
    if as_json:
        sys.stdout.write(record.to_json().decode())
    else:
        _show(record, output)


class _Lines:
    """Prints a step's line, at most one a second but always the last of a stage."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, step: Step) -> None:
        now = time.monotonic()
        if step.done == step.total or now - self._last >= 1:
            self._last = now
            sys.stderr.write(f"{step.stage}: {step.done}/{step.total} {step.detail}".rstrip() + "\n")
            sys.stderr.flush()


def _choice(name: str, value: str, *known: str) -> Any:
    if value not in known:
        raise InputError(f"--{name} must be one of {', '.join(known)}, not {value!r}")
    return value


def _settings(pairs: list[str]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise InputError(f"--set {pair}: expected NAME=VALUE")
        result[name.replace("-", "_")] = value
    return result


def _silence_libraries() -> None:
    from transformers.utils import logging as library

    logging: Any = library
    logging.disable_progress_bar()
    logging.set_verbosity_error()


def _list_methods() -> None:
    from logicbench.compression.method_options import OPTIONS
    from logicbench.compression.options import describe_options

    width = max(len(name) for name in METHODS)
    for method in METHODS.values():
        needs = "calibrated" if method.calibrated else ""
        source = "" if method.source == "-" else f" ({method.source})"
        typer.echo(f"{method.name:{width}}  {method.family:9} {needs:10}  {method.summary}{source}")
    for family, options in OPTIONS.items():
        typer.echo(f"--set of the methods that are of the kind {family}: {describe_options(options)}")


def _show(record: Sidecar, output: Path) -> None:
    if record.effect.kind == "quantized":
        _show_quantised(record)
    elif record.effect.kind == "folded":
        _show_folded(record)
    else:
        _show_removed(record)
    cost = record.cost
    device = f"{cost['peak_device_bytes'] / 2**30:.2f} GiB device, " if cost["peak_device_bytes"] else ""
    typer.echo(
        f"Cost: {cost['seconds']:.1f} s on {cost['device']}, peak memory {device}"
        f"{cost['peak_host_bytes'] / 2**30:.2f} GiB host, {cost['calibration_tokens']:,} calibration tokens"
    )
    typer.echo(f"Runtimes: {record.effect.note}")
    for warning in record.warnings[:10]:
        typer.echo(f"Warning: {warning}")
    if len(record.warnings) > 10:
        typer.echo(f"... and {len(record.warnings) - 10} more warnings in compression.json")
    same = "; loaded again, its logits are identical" if record.reload_identical else ""
    typer.echo(f"Saved to {output}{same}.")
    typer.echo(f"Next: logicbench eval --model {output} --suite core-mini")


def _show_removed(record: Sidecar) -> None:
    typer.echo(
        f"{record.method}: removed {record.achieved:.2%} of the weights worked on (asked for {record.requested:.2%}), "
        f"{record.achieved_of_model:.2%} of the model; parameters {record.parameters_before:,} -> "
        f"{record.parameters_after:,}"
    )
    layers = record.layers
    if layers:
        low, high = min(layers, key=lambda n: layers[n]), max(layers, key=lambda n: layers[n])
        if f"{layers[low]:.2%}" != f"{layers[high]:.2%}":
            typer.echo(f"By layer: from {layers[low]:.2%} (layer {low}) to {layers[high]:.2%} (layer {high})")


def _show_folded(record: Sidecar) -> None:
    typer.echo(
        f"{record.method}: the loss is {record.details['loss_against_mask']:.1%} of that of the 2:4 masks it starts "
        "from; the folder holds the factors' products"
    )


def _show_quantised(record: Sidecar) -> None:
    details = record.details
    shared = "row" if details["group"] == "row" else f"group of {details['group']}"
    typer.echo(
        f"{record.method}: {details['scheme']}, {details['bits_per_weight']:.3f} bits a weight, one scale a {shared}; "
        f"the model has {record.achieved_of_model:.2%} fewer bits"
    )
    if "mask_survival" in details:
        typer.echo(f"Mask: {details['mask_survival']:.2%} of the zeros are still zero")
