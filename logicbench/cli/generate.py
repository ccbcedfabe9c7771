"""``logicbench generate``: problems as JSONL."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logicbench.generation import Request
    from logicbench.problem import Problem

app = typer.Typer(add_completion=False)


@app.command()
def generate(
    selection: Annotated[
        str, typer.Argument(metavar="FAMILY[:TASK]", help="What to generate; see `logicbench families`.")
    ],
    more_files: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE]...", help="More files for --from-...")
    ] = None,
    surface: Annotated[str | None, typer.Option(help="Surface, several with commas, or `all`.")] = None,
    count: Annotated[int, typer.Option(min=0, help="Number of instances.")] = 10,
    seed: Annotated[int, typer.Option(help="Seed; different seeds share nothing.")] = 0,
    split: Annotated[str, typer.Option(help="Split; different splits share nothing.")] = "train",
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KNOB=VALUE", help="Set a knob; `5..20` or `5,10,20` are drawn from."),
    ] = None,
    hardness: Annotated[
        str | None, typer.Option(metavar="LO..HI", help="Only instances with a hardness score in this band.")
    ] = None,
    measure: Annotated[bool, typer.Option(help="Measure hardness.")] = True,
    variants: Annotated[
        str | None, typer.Option(help="Also write meaning-preserving variants: names with commas, or `all`.")
    ] = None,
    from_dimacs: Annotated[
        list[str] | None, typer.Option("--from-dimacs", metavar="FILE", help="Take this CNF instead; may be repeated.")
    ] = None,
    from_dimacs_col: Annotated[
        list[str] | None,
        typer.Option("--from-dimacs-col", metavar="FILE", help="Take this graph instead; may be repeated."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes; the output does not depend on it.")] = 1,
    executor: Annotated[str, typer.Option(help="local, or ray: all processors of a Ray cluster.")] = "local",
    ray_address: Annotated[
        str | None, typer.Option(help="ray: auto or HOST:PORT of a cluster; by default this machine.")
    ] = None,
    output: Annotated[str, typer.Option("--output", "-o", help="File to write; `-` is standard output.")] = "-",
) -> None:
    """Generate problems as JSONL.

    The same request gives the same bytes on every machine, with any number of workers and whatever becomes of them.
    """
    from logicbench.errors import InputError, UnknownNameError
    from logicbench.generation import Request, check_request, generate_from_files, run_request
    from logicbench.hardness import parse_band

    family, _, task = selection.partition(":")
    band = parse_band(hardness) if hardness else None
    files = [*(from_dimacs or ()), *(from_dimacs_col or ())]
    if more_files and not files:
        raise InputError(f"unexpected argument {more_files[0]!r}; files are given with --from-dimacs FILE")
    files += more_files or []
    request = Request(
        family=family,
        task=task or None,
        surfaces=_names(surface, family, "surfaces"),
        count=len(files) if files else count,
        seed=seed,
        split=split,
        settings=parse_settings(settings or []),
        hardness=band,
        measure=measure or band is not None,
        variants=_names(variants, family, "variants"),
    )
    check_request(request)
    if executor == "ray" and not files:
        from logicbench.cluster import cluster, ordered_map

        with cluster(ray_address) as ray:
            ahead = 4 * max(1, int(ray.cluster_resources().get("CPU", 1)))
            _write(run_request(request, 1, partial(ordered_map, ray, ahead=ahead)), request, output)
        return
    if executor not in ("local", "ray"):
        raise UnknownNameError("executor", executor, ("local", "ray"))
    problems = generate_from_files(request, files) if files else run_request(request, workers)
    _write(problems, request, output)


def _names(text: str | None, family: str, attribute: str) -> tuple[str, ...]:
    from logicbench.family import get_family

    if not text:
        return ()
    if text == "all":
        return tuple(getattr(get_family(family), attribute))
    return tuple(part.strip() for part in text.split(",") if part.strip())


def parse_settings(settings: list[str]) -> dict[str, Any]:
    """Read ``knob=value`` settings; ``5..20`` becomes a range and ``a,b`` a list, of which one value is drawn.

    Raises:
        InputError: If a setting has no ``=`` or a range is not one.
    """
    from logicbench.errors import InputError

    found: dict[str, Any] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals or not name.strip():
            raise InputError(f"--set {setting!r}: write KNOB=VALUE, for example --set variables=20")
        if name.strip() in found:
            raise InputError(f"--set {name.strip()}: given twice")
        found[name.strip()] = _value(text.strip())
    return found


def _value(text: str) -> Any:
    low, dots, high = text.partition("..")
    if dots and low.lstrip("-").isdigit() and high.lstrip("-").isdigit():
        return range(int(low), int(high) + 1)
    if "," in text:
        return [part.strip() for part in text.split(",")]
    return text


def _write(problems: Iterator[Problem], request: Request, output: str) -> None:
    from logicbench.cli.output import atomic_output, progress
    from logicbench.problem import dump_line

    total = request.count * max(1, len(request.surfaces)) * (1 + len(request.variants))
    written = 0
    with atomic_output(output) as out, progress("generating", total, enabled=output != "-") as advance:
        for problem in problems:
            out.write(dump_line(problem.to_json()))
            written += 1
            advance()
    if output != "-":
        what = f"{written} problem{'' if written == 1 else 's'}"
        sys.stderr.write(f"{what} written to {output}\nNext: logicbench eval --model MODEL --tasks {output}\n")
