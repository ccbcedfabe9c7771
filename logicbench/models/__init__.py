"""Model backends behind one protocol."""

from logicbench.models.factory import KINDS, make_backend
from logicbench.models.known import resolve_model

__all__ = ["KINDS", "make_backend", "resolve_model"]
