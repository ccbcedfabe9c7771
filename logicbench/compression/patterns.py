"""Sparsity patterns: unstructured, or N kept of every M consecutive input weights."""

from __future__ import annotations

import re
from dataclasses import dataclass

from logicbench.errors import InputError

_FORM = re.compile(r"([0-9]{1,3}):([0-9]{1,3})")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sparsity pattern; `keep` of every `group` consecutive inputs survive, or any if `group` is 0."""

    keep: int = 0
    group: int = 0

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Read ``unstructured`` or ``N:M``, as in ``2:4``: N weights are kept of every M.

        Raises:
            InputError: If the text is neither, or N is not between 1 and M - 1.
        """
        if text == "unstructured":
            return cls()
        match = _FORM.fullmatch(text)
        if not match or not 0 < int(match[1]) < int(match[2]):
            raise InputError(f"the pattern must be 'unstructured' or N:M with 0 < N < M (such as 2:4), not {text!r}")
        return cls(int(match[1]), int(match[2]))

    @property
    def structured(self) -> bool:
        """Whether this is N:M."""
        return self.group > 0

    @property
    def sparsity(self) -> float:
        """Share of zeros that an N:M pattern makes."""
        return 1.0 - self.keep / self.group

    def __str__(self) -> str:
        return f"{self.keep}:{self.group}" if self.structured else "unstructured"


UNSTRUCTURED = Pattern()
