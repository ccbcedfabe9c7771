"""The page: one HTML file that needs nothing else, from run folders alone.

Model text is hostile. It reaches the page only as compressed data that a script turns into text nodes; all other text
is escaped by the template engine, and the page's content policy runs the one script and the one style sheet whose
hashes it names, and loads nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

import logicbench
from logicbench.evals.report import charts
from logicbench.evals.report.browser import SHOWN, Payload, pack
from logicbench.evals.report.comparison import Panel, comparison_panel
from logicbench.evals.report.figures import Figure
from logicbench.evals.report.gather import RunData, gather
from logicbench.evals.report.output import write_text
from logicbench.evals.report.style import OUTCOME_WORDS, PALETTE, css_variables
from logicbench.evals.report.svg import draw, legend
from logicbench.evals.report.tables import percent, tables, to_csv, to_latex


def write_report(
    run: str | Path,
    output: str | Path | None = None,
    compare: Sequence[str | Path] = (),
    figures: str | Path | None = None,
    shown: int = SHOWN,
) -> Path:
    """Write the report of a run and return its path.

    Args:
        run: A run folder with results.
        output: Where to write; by default ``report.html`` in the run folder.
        compare: Further runs on the same problems, compared with the first.
        figures: Folder for the same figures as PNG and SVG, and the tables as CSV and LaTeX; None writes none.
        shown: Most completions in the browser.

    Raises:
        InputError: If a folder holds no run or has no results yet, if the runs cannot be compared, or if a file cannot
            be written.
        MissingExtraError: If figures are wanted and matplotlib is not installed.
    """
    runs = told_apart([gather(path) for path in (run, *compare)])
    comparison = comparison_panel(runs) if len(runs) > 1 else None
    target = Path(output) if output is not None else Path(run) / "report.html"
    write_text(target, render_page(runs[0], pack(runs[0], shown, runs[1:]), comparison))
    if figures is not None:
        _write_files(runs[0], comparison, Path(figures))
    return target


def told_apart(runs: Sequence[RunData]) -> list[RunData]:
    """Return the runs with their folders' names beside those of their models, where models have the same name."""
    if len({run.name for run in runs}) == len(runs):
        return list(runs)
    return [replace(run, name=f"{run.name} ({run.path.resolve().name})") for run in runs]


def _write_files(run: RunData, comparison: Panel | None, folder: Path) -> None:
    from logicbench.evals.report.plots import write_figures

    write_figures([*charts.figures(run), *(comparison.figures if comparison else ())], folder)
    for table in [*tables(run), *(comparison.tables if comparison else ())]:
        write_text(folder / f"{table.key}.csv", to_csv(table))
        write_text(folder / f"{table.key}.tex", to_latex(table))


def render_page(run: RunData, payload: Payload, comparison: Panel | None = None) -> str:
    """Return the page's HTML."""
    alone = [run]
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["percent"] = percent
    environment.filters["count"] = lambda number: f"{number:,.0f}"
    environment.globals["draw"] = lambda figure, width: Markup(draw(figure, width))
    environment.globals["legend"] = legend
    style, script = _style(), _asset("page.js")
    words = json.dumps(OUTCOME_WORDS)
    return environment.from_string(_asset("page.html")).render(
        title=run.name,
        folder=run.path.resolve().name,
        status=run.info["status"],
        samples=run.results["samples"],
        overall=run.results["overall"],
        rate=_rate(run),
        curve=charts.psychometric(alone, "hardness", "All tasks together"),
        task_curves=list(charts.task_curves(alone)),
        breakdown=charts.accuracies(alone),
        outcomes=charts.outcomes(alone),
        tokens=_present(charts.token_lengths(run), charts.accuracy_by_length(alone)),
        throughput=_present(charts.latencies(run)),
        comparison=comparison,
        tables=tables(run),
        browser_note=_browser_note(payload),
        payload=payload,
        command=" ".join(run.info["argv"][1:]),
        facts=list(_facts(run.info)),
        version=logicbench.__version__,
        words=Markup(words),
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def _asset(name: str) -> str:
    return (files("logicbench.evals.report") / name).read_text(encoding="utf-8")


def _style() -> str:
    """Return the style sheet with the palette in light and dark."""
    light, dark = css_variables(False), css_variables(True)
    classes = "\n".join(f".c-{name} {{ --c: var(--{name}); }}" for name in PALETTE)
    return (
        f":root {{ {light} }}\n"
        f'@media (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{ {dark} }} }}\n'
        f':root[data-theme="dark"] {{ {dark} }}\n{classes}\n{_asset("page.css")}'
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _present(*found: Figure | None) -> list[Figure]:
    return [figure for figure in found if figure is not None]


def _rate(run: RunData) -> float:
    sessions = run.info["sessions"]
    seconds = sum(session.get("seconds") or 0.0 for session in sessions)
    return sum(session.get("completion_tokens") or 0 for session in sessions) / seconds if seconds else 0.0


def _browser_note(payload: Payload) -> str:
    if payload.shown == payload.total:
        return f"All {payload.total:,} completions. Long texts are shown without their middle."
    return (
        f"{payload.shown:,} of {payload.total:,} completions: the same share of each task, surface and outcome, "
        "drawn the same way every time. All are in samples.jsonl. Long texts are shown without their middle."
    )


def _facts(info: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What was run, on what: name and value."""
    config, described = info["config"], info["backend"]["describe"]
    named = described.get("model") or {}
    model = named if isinstance(named, Mapping) else {"model": named}
    yield "backend", str(info["backend"]["name"])
    for name in ("model", "path", "parameters", "weights_sha256_sampled", "nonzero_share", "compression"):
        if model.get(name) is not None:
            yield name.replace("_", " "), str(model[name])
    for name in ("architecture", "dtype", "device_name"):
        if described.get(name) is not None:
            yield name.replace("_", " "), str(described[name])
    sampling = config["sampling"]
    yield "sampling", ", ".join(f"{name} {sampling[name]}" for name in ("temperature", "top_p", "top_k", "max_tokens"))
    yield "seeds", f"sampling {config['seed']}, problems {config['problem_seed']}"
    yield "problems", f"{info['problems']['count']}, SHA-256 {info['problems']['sha256'][:16]}…"
    host = info["host"]
    yield "machine", f"{host['cpu']}, {host['cores']} cores, {', '.join(map(str, host['accelerators'])) or 'no GPU'}"
    yield "python", str(host["python"])
    yield "packages", ", ".join(f"{name} {version}" for name, version in sorted(info["packages"].items()))
