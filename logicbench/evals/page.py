"""The report of one run: a single HTML file that needs nothing else, from the run folder alone.

Model text is hostile: everything is escaped by the template engine, and the page holds no script and loads nothing.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from logicbench.errors import InputError
from logicbench.evals.record import Sample
from logicbench.evals.results import OUTCOMES, outcome
from logicbench.evals.store import RunReader, open_run
from logicbench.problem import Json, Problem

EXAMPLES = 4
"""Completions shown for each outcome."""

MAX_TEXT = 6000
"""Characters of a prompt or completion that are shown; the middle of longer ones is left out."""

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 640, 260, 44, 36


def write_report(run: str | Path, output: str | Path | None = None) -> Path:
    """Write the report of a run and return its path.

    Args:
        run: A run folder with results.
        output: Where to write; by default ``report.html`` in the run folder.

    Raises:
        InputError: If the folder holds no run, or the run has no results yet.
    """
    reader = open_run(run)
    target = Path(output) if output is not None else Path(run) / "report.html"
    page = render_report(reader, Path(run))
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(page)
        os.chmod(name, 0o644)
        os.replace(name, target)
    except OSError as error:
        raise InputError(f"{target}: the report cannot be written ({error.strerror})") from None
    return target


def render_report(run: RunReader, folder: Path) -> str:
    """Return the page's HTML."""
    results = run.results()
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["percent"] = lambda share: "–" if share is None else f"{100 * share:.1f}"
    template = environment.from_string((files("logicbench.evals") / "page.html").read_text(encoding="utf-8"))
    return template.render(
        title=str(run.info["config"]["model"]),
        folder=folder.name or str(folder),
        status=run.info["status"],
        overall=results["overall"],
        samples=results["samples"],
        planned=results["planned"],
        tasks=_nested(results),
        bands=results["by_hardness"],
        strategies=results["strategies"],
        curve=_curve(results["by_hardness"]),
        facts=list(_facts(run.info)),
        command=" ".join(run.info["argv"][1:]),
        examples=_examples(run),
        outcomes=OUTCOMES,
    )


def _nested(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each task's row with its surfaces' rows."""
    return [
        {
            "row": row,
            "surfaces": [
                part for part in results["by_surface"] if (part["family"], part["task"]) == (row["family"], row["task"])
            ],
        }
        for row in results["by_task"]
    ]


def _curve(bands: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Coordinates of accuracy against hardness, with intervals and chance; y grows downwards, as in SVG."""

    def x(band: str) -> float:
        low, high = map(float, band.split("-"))
        return _LEFT + (low + high) / 2 * (_WIDTH - _LEFT - 10)

    def y(share: float) -> float:
        return 10 + (1 - share) * (_HEIGHT - _BOTTOM - 10)

    points = [
        {
            "x": round(x(row["band"]), 1), "y": round(y(row["accuracy"]), 1), "low": round(y(row["low"]), 1),
            "high": round(y(row["high"]), 1), "band": row["band"], "problems": row["problems"], "row": row,
            "chance": None if row["chance"] is None else round(y(row["chance"]), 1),
        }
        for row in bands
        if row["accuracy"] is not None
    ]  # fmt: skip
    ticks = [{"y": round(y(share / 4), 1), "label": f"{25 * share}"} for share in range(5)]
    marks = [{"x": round(_LEFT + k / 5 * (_WIDTH - _LEFT - 10), 1), "label": f"{k / 5:.1f}"} for k in range(6)]
    return {"points": points, "ticks": ticks, "marks": marks, "width": _WIDTH, "height": _HEIGHT, "left": _LEFT,
            "floor": _HEIGHT - _BOTTOM}  # fmt: skip


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
    for session in info["sessions"]:
        rate = session["completion_tokens"] / session["seconds"] if session.get("seconds") else 0.0
        yield "session", (
            f"{session['started'][:19].replace('T', ' ')} UTC, {session['completions']:,} completions, "
            f"{session['seconds'] or 0:,.0f} s, {rate:,.0f} tokens/s"
        )
    host = info["host"]
    yield "machine", f"{host['cpu']}, {host['cores']} cores, {', '.join(map(str, host['accelerators'])) or 'no GPU'}"
    yield "python", str(host["python"])
    yield "packages", ", ".join(f"{name} {version}" for name, version in sorted(info["packages"].items()))


def _examples(run: RunReader) -> list[dict[str, Json]]:
    """The first completions of each outcome, in plan order."""
    chosen: dict[str, list[Sample]] = {name: [] for name in OUTCOMES}
    for sample in run.samples():
        shown = chosen[outcome(sample)]
        if len(shown) < EXAMPLES:
            shown.append(sample)
    wanted = {sample.problem for samples in chosen.values() for sample in samples}
    problems = {problem.id: problem for problem in run.problems() if problem.id in wanted}
    return [
        {"outcome": name, "samples": [_example(sample, problems[sample.problem]) for sample in samples]}
        for name, samples in chosen.items()
        if samples
    ]


def _example(sample: Sample, problem: Problem) -> dict[str, Json]:
    verdict = sample.verdict
    return {
        "name": f"{problem.family}:{problem.task} · {problem.surface} · {problem.id}",
        "prompt": _shorten(problem.prompt),
        "text": _shorten(sample.text),
        "reference": problem.reference,
        "tokens": sample.tokens.generated,
        "violations": [violation.message for violation in verdict.violations[:8]] if verdict else [],
        "error": sample.error,
    }


def _shorten(text: str) -> str:
    if len(text) <= MAX_TEXT:
        return text
    return f"{text[: MAX_TEXT // 2]}\n[… {len(text) - MAX_TEXT:,} characters left out …]\n{text[-MAX_TEXT // 2 :]}"
