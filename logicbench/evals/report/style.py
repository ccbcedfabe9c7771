"""The palette: one colour name, one value on light paper and one on dark.

Categorical hues differ in lightness too, so that they stay apart for colour-blind readers and in grey print.
"""

from __future__ import annotations

PALETTE: dict[str, tuple[str, str]] = {
    "run-1": ("#2563c9", "#6ea8ff"),
    "run-2": ("#d9622b", "#ff9a62"),
    "run-3": ("#0f8f72", "#3fcfa9"),
    "run-4": ("#8b4fc4", "#c59bf5"),
    "run-5": ("#b3852a", "#e5be5f"),
    "correct": ("#2b78c5", "#5aa2ec"),
    "wrong": ("#d1495b", "#f0788a"),
    "unparsable": ("#8b6fc0", "#b49be6"),
    "undecided": ("#8a94a3", "#8791a0"),
    "truncated": ("#b9801d", "#eec15c"),
    "errors": ("#4b5563", "#5e6979"),
    "chance": ("#7a8494", "#98a3b3"),
    "shallow": ("#1a2130", "#e5e9f0"),
}

RUNS = tuple(name for name in PALETTE if name.startswith("run-"))
"""Colours of runs that are shown together, in order."""

OUTCOME_WORDS = {
    "correct": "correct",
    "wrong": "wrong",
    "unparsable": "unreadable",
    "undecided": "undecided",
    "truncated": "cut off",
    "errors": "failed",
}


def css_variables(dark: bool) -> str:
    """Return the palette as CSS custom properties."""
    return " ".join(f"--{name}: {values[dark]};" for name, values in PALETTE.items())
