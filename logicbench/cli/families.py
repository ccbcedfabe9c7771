"""``logicbench families``: what can be generated."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from logicbench.family import Family

app = typer.Typer(add_completion=False)


@app.command()
def families(
    name: Annotated[str | None, typer.Argument(help="Describe this family; without it, list all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the problem families, or describe one: its tasks, surfaces, variants and knobs."""
    from logicbench.family import family_names, get_family

    found = [get_family(each) for each in ([name] if name else family_names())]
    described = [_describe(family) for family in found]
    if as_json:
        typer.echo(json.dumps(described[0] if name else described, indent=2))
    elif name:
        _print_one(described[0])
    else:
        _print_all(described)


def _describe(family: Family) -> dict[str, Any]:
    knobs = [
        {
            "name": knob,
            "default": field.default,
            "type": str(field.annotation).replace("typing.", "").removeprefix("<class '").removesuffix("'>"),
            "description": field.description or "",
        }
        for knob, field in family.knobs.model_fields.items()
    ]
    return {
        "name": family.name,
        "version": family.version,
        "summary": family.summary,
        "control": family.control,
        "tasks": [
            {"name": task.name, "question": task.question, "answer": task.answer, "labels": list(task.labels)}
            for task in family.tasks.values()
        ],
        "surfaces": list(family.surfaces),
        "variants": list(family.variants),
        "knobs": knobs,
    }


def _print_all(described: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("family", "what", "tasks", "surfaces"):
        table.add_column(heading, overflow="fold")
    for family in described:
        tasks = " ".join(task["name"] for task in family["tasks"])
        table.add_row(family["name"], family["summary"], tasks, " ".join(family["surfaces"]))
    Console().print(table)
    typer.echo("\nDescribe one with: logicbench families NAME")


def _print_one(family: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    console.print(f"[bold]{family['name']}[/bold] (version {family['version']}): {family['summary']}\n")
    console.print(family["control"] + "\n")
    tasks = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("task", "question", "answer", "labels"):
        tasks.add_column(heading, overflow="fold")
    for task in family["tasks"]:
        tasks.add_row(task["name"], task["question"], task["answer"], " ".join(task["labels"]) or "-")
    console.print(tasks)
    console.print(f"\nsurfaces: {' '.join(family['surfaces'])}\nvariants: {' '.join(family['variants']) or '-'}\n")
    knobs = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("knob", "default", "meaning"):
        knobs.add_column(heading, overflow="fold")
    for knob in family["knobs"]:
        knobs.add_row(knob["name"], "-" if knob["default"] is None else str(knob["default"]), knob["description"])
    console.print(knobs)
    console.print(f"\nTry: logicbench generate {family['name']}:{family['tasks'][0]['name']} --count 2", markup=False)
