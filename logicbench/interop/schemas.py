"""Arrow schemas of the rows in `logicbench.interop.rows`: types must not depend on which values happen to occur."""

from __future__ import annotations

from typing import Any


def _messages(arrow: Any) -> Any:
    return arrow.list_(arrow.struct([("role", arrow.string()), ("content", arrow.string())]))


def trl_schema() -> Any:
    """Return the schema of `trl_row`."""
    import pyarrow as arrow

    text = arrow.string()
    return arrow.schema(
        [
            ("prompt", _messages(arrow)),
            ("problem", text),
            ("family", text),
            ("task", text),
            ("hardness", arrow.float64()),
        ]
    )


def verl_schema() -> Any:
    """Return the schema of `verl_row`."""
    import pyarrow as arrow

    text = arrow.string()
    return arrow.schema(
        [
            ("data_source", text),
            ("prompt", _messages(arrow)),
            ("ability", text),
            ("reward_model", arrow.struct([("style", text), ("ground_truth", text)])),
            ("extra_info", arrow.struct([("split", text), ("index", arrow.int64()), ("id", text), ("task", text)])),
        ]
    )


def verifiers_schema() -> Any:
    """Return the schema of `verifiers_row`."""
    import pyarrow as arrow

    text = arrow.string()
    return arrow.schema(
        [
            ("prompt", _messages(arrow)),
            ("answer", text),
            ("info", arrow.struct([("problem", text)])),
        ]
    )
