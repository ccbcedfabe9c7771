"""How many bits each expert gets: MC-MoE's allocation (Huang et al., ICLR 2025, arXiv 2410.06270), solved exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from logicbench.errors import InputError


def allocate_bits(
    frequency: Sequence[float],
    gate: Sequence[float],
    errors: Sequence[Mapping[int, float]],
    mean_bits: float,
    *,
    alpha: float = 1.0,
    beta: float = 1.5,
    gamma: float = 2.0,
) -> list[int]:
    """Return the number of bits of each expert that minimises the weighted error within a budget.

    Minimises sum of frequency^alpha * gate^beta * error(bits)^gamma over the choices of bits, with at most `mean_bits`
    on average. The released code raises the error to alpha where the paper has gamma; this is the paper's. As there, at
    least one expert gets the most bits and one the second most, if there are two experts and the budget allows it.

    Args:
        frequency: Share of tokens routed to each expert.
        gate: Mean gate value of each expert.
        errors: For each expert, the error of its layer's output by bits; the same bits for all.
        mean_bits: The budget: most bits an expert, on average.
        alpha: Exponent of the frequency.
        beta: Exponent of the gate value.
        gamma: Exponent of the error.

    Raises:
        InputError: If the budget is below the fewest bits.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    choices = sorted(errors[0])
    count, budget = len(errors), mean_bits * len(errors)
    if budget < choices[0] * count - 1e-9:
        raise InputError(f"{mean_bits:g} bits an expert are fewer than the least choice, {choices[0]}")
    weights = np.asarray(frequency, float) ** alpha * np.asarray(gate, float) ** beta
    costs = np.array([[weights[each] * errors[each][bits] ** gamma for bits in choices] for each in range(count)])
    one_each = np.kron(np.eye(count), np.ones(len(choices)))
    total = np.tile(np.array(choices, float), count)
    constraints = [LinearConstraint(one_each, 1, 1), LinearConstraint(total, -np.inf, budget + 1e-9)]
    least = choices[-1] + choices[-2] + choices[0] * (count - 2) if len(choices) > 1 else np.inf
    if count > 1 and least <= budget:
        constraints += [
            LinearConstraint(np.tile(np.eye(len(choices))[place], count), 1, np.inf)
            for place in (len(choices) - 1, len(choices) - 2)
        ]
    scale = costs.max() or 1.0
    found = milp(costs.ravel() / scale, constraints=constraints, integrality=1, bounds=Bounds(0, 1))
    picked = found.x.reshape(count, len(choices)).argmax(1)
    return [choices[place] for place in picked]
