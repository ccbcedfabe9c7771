"""A sweep's outcome as files: ``sweep.json``, ``sweep.csv`` and a page that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

import logicbench
from logicbench.evals.journal import dump_document, write_atomically
from logicbench.evals.report.style import PALETTE, css_variables
from logicbench.evals.report.svg import draw, legend
from logicbench.sweeps.charts import charts
from logicbench.sweeps.outcome import SweepOutcome, to_csv
from logicbench.sweeps.words import COLUMNS, cells, collapse, empty_cells, footnotes, kept


def write_outcome(outcome: SweepOutcome, folder: Path) -> list[Path]:
    """Write the files and return their paths."""
    contents = {
        "sweep.json": dump_document(outcome.to_json()),
        "sweep.csv": to_csv(outcome).encode(),
        "sweep.html": render_page(outcome).encode(),
    }
    for name, data in contents.items():
        write_atomically(folder / name, data)
    return [folder / name for name in contents]


def render_page(outcome: SweepOutcome) -> str:
    """Return the page's HTML."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals["draw"] = lambda figure, width: Markup(draw(figure, width))
    environment.globals["legend"] = legend
    style = _style()
    return environment.from_string((files("logicbench.sweeps") / "page.html").read_text(encoding="utf-8")).render(
        outcome=outcome,
        dense=outcome.rows[0],
        charts=charts(outcome),
        columns=COLUMNS,
        rows=[(cells(row), row) for row in outcome.rows],
        missing=[empty_cells(arm) for arm in outcome.failed],
        curves=[collapse(summary) for summary in outcome.curves],
        notes=footnotes(outcome),
        kept=kept(outcome),
        version=logicbench.__version__,
        style=Markup(style),
        style_hash="sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii"),
    )


def _style() -> str:
    """Return the report's style sheet with the palette in light and dark."""
    light, dark = css_variables(False), css_variables(True)
    classes = "\n".join(f".c-{name} {{ --c: var(--{name}); }}" for name in PALETTE)
    sheet = (files("logicbench.evals.report") / "page.css").read_text(encoding="utf-8")
    return f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n{classes}\n{sheet}"
