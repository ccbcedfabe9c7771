"""Correction for looking at many comparisons at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from logicbench.evals.statistics.clustered import Floats


def holm(p_values: ArrayLike) -> Floats:
    """Return p-values adjusted by Holm's step-down method (1979, Scand. J. Statist. 6:65), in the order given.

    Controls the chance of any false claim among all of them, whatever their dependence. NaN (no test made) stays NaN
    and does not count.
    """
    p = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(p.shape, np.nan)
    made = np.flatnonzero(~np.isnan(p))
    order = made[np.argsort(p[made], kind="stable")]
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps)) if len(order) else []
    return adjusted
