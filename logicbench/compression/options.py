"""Settings of single methods, as ``--set NAME=VALUE`` gives them: text that becomes the fields of a dataclass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from logicbench.errors import InputError, UnknownNameError

Options = TypeVar("Options")

_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def parse_options(kind: type[Options], given: Mapping[str, Any], method: str) -> Options:
    """Make a dataclass of settings from texts or values; what is not given keeps its default.

    Args:
        kind: A dataclass whose fields are of type bool, int, float, str or Literal.
        given: Values by name.
        method: Named in messages.

    Raises:
        InputError: If a name is unknown or a value is not of its field's type.
    """
    types = get_type_hints(kind)
    known = [each.name for each in fields(kind)]  # type: ignore[arg-type]
    values = {}
    for name, value in given.items():
        if name not in known:
            if not known:
                raise InputError(f"{method} has no settings: leave out --set {name}")
            raise UnknownNameError(f"setting of {method}", name, known)
        values[name] = _convert(value, types[name], f"--set {name}")
    return kind(**values)


def describe_options(kind: type) -> str:
    """Return the settings with their defaults, as in ``multiple=0, attention=true``."""
    types = get_type_hints(kind)
    shown = []
    for each in fields(kind):
        default = str(each.default).lower() if isinstance(each.default, bool) else str(each.default)
        if get_origin(types[each.name]) is Literal:
            others = [choice for choice in get_args(types[each.name]) if choice != each.default]
            default = "|".join([default, *map(str, others)])
        shown.append(f"{each.name}={default}")
    return ", ".join(shown)


def _convert(value: Any, kind: Any, name: str) -> Any:
    text = str(value)
    if get_origin(kind) is Literal:
        if text not in get_args(kind):
            raise InputError(f"{name} must be one of {', '.join(get_args(kind))}, not {text!r}")
        return text
    if kind is bool:
        if text.lower() not in _TRUTHS:
            raise InputError(f"{name} must be true or false, not {text!r}")
        return _TRUTHS[text.lower()]
    try:
        return kind(text)
    except ValueError as error:
        raise InputError(f"{name} must be of type {kind.__name__}, not {text!r}") from error
