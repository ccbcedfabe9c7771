"""ARMOR: a 2:4 core between two block-diagonal matrices (Liu et al. 2025), multiplied out to dense weights.

A matrix W becomes A S B with S in the pattern 2:4 and A, B block-diagonal: a few parameters more than S alone, and a
smaller error. No runtime here has a kernel for the factors, so the product is what is saved, for measuring accuracy.

The loss is NoWag's: sum over i, j of h_j (A S B - W')_ij**2, W' being W with its columns and then its rows scaled to
length 1, and h_j the mean square of input j. The published optimiser takes 3,000 steps of Adam and changes one random
group of S in each tile a step. Given two of the factors, the loss is quadratic in the third, and given A and B it falls
apart into one problem a tile; here every factor is therefore set to its exact minimum in turn, and every group of S
chooses among its supports in every round. The loss never rises, so it is at most that of the mask it starts from.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import torch
from torch import Tensor

from logicbench.compression.masks import lowest_in_groups
from logicbench.compression.patterns import Pattern
from logicbench.errors import InputError

CORE = Pattern(2, 4)

_SUPPORTS = tuple(itertools.combinations(range(CORE.group), CORE.keep))
_DAMPING = 1e-6
"""Weight, relative to the mean diagonal, of staying where a factor is: keeps singular systems solvable."""


@dataclass(frozen=True, slots=True)
class Factors:
    """A factorised matrix: diag(rows) A S B diag(columns).

    Attributes:
        outer: The blocks of A, [out / b, b, b].
        core: S, [out, in], at most two of every four consecutive inputs not zero.
        inner: The blocks of B, [in / c, c, c].
        rows: Lengths of the rows, [out].
        columns: Lengths of the columns, [in].
        losses: The loss at the start, and after every round that lowered it.
    """

    outer: Tensor
    core: Tensor
    inner: Tensor
    rows: Tensor
    columns: Tensor
    losses: tuple[float, ...]

    def dense(self) -> Tensor:
        """Return the product, [out, in]."""
        tiles = _tiles(self.core, self.outer.shape[-1], self.inner.shape[-1])
        product = _matrix(self.outer[:, None] @ tiles @ self.inner[None])
        return self.rows[:, None] * product * self.columns

    @property
    def parameters(self) -> int:
        """Parameters that a runtime for the factors would store: half of the core, A and B, the scales folded in."""
        return self.core.numel() // 2 + self.outer.numel() + self.inner.numel()


def block_of(width: int, most: int) -> int:
    """Return the greatest multiple of four up to `most` that divides a width.

    Raises:
        InputError: If there is none.
    """
    for size in range(most - most % 4, 0, -4):
        if width % size == 0:
            return size
    raise InputError(f"ARMOR needs widths that are multiples of 4, not {width}; protect such matrices")


@torch.no_grad()
def factorise(weight: Tensor, squares: Tensor, *, block: int = 32, rounds: int = 10) -> Factors:
    """Factorise a matrix.

    Args:
        weight: [out, in].
        squares: Mean square of each input, [in].
        block: Greatest size of a block of A and B.
        rounds: How often each factor is set to its minimum.

    Raises:
        InputError: If a width is no multiple of four.
    """
    height, width = weight.shape
    scaled, columns = _unit(weight.float(), 0)
    scaled, rows = _unit(scaled, 1)
    importance = squares.to(weight.device, torch.float32)
    mask = lowest_in_groups(scaled.square() * importance, CORE)
    state = _State.start(scaled, importance, mask, block_of(height, block), block_of(width, block))
    losses = [state.loss()]
    for _ in range(rounds):
        before = state.outer, state.core.clone(), state.inner
        state.solve_outer()
        state.solve_inner()
        state.solve_core()
        loss = state.loss()
        if not loss <= losses[-1]:  # nothing is left but rounding
            state.outer, state.core, state.inner = before
            break
        losses.append(loss)
    return Factors(state.outer, _matrix(state.core), state.inner, rows, columns, tuple(losses))


@dataclass(slots=True)
class _State:
    """The factors in tiles: I by J tiles of b by c."""

    target: Tensor  # [I, J, b, c]
    weights: Tensor  # [J, c]
    outer: Tensor  # [I, b, b]
    core: Tensor  # [I, J, b, c]
    inner: Tensor  # [J, c, c]

    @classmethod
    def start(cls, scaled: Tensor, importance: Tensor, mask: Tensor, high: int, wide: int) -> _State:
        target = _tiles(scaled, high, wide)
        count = target.shape

        def identities(number: int, size: int) -> Tensor:
            return torch.eye(size, device=scaled.device).repeat(number, 1, 1)

        core = _tiles(scaled.masked_fill(mask, 0), high, wide)
        weights = importance.reshape(count[1], wide)
        return cls(target, weights, identities(count[0], high), core, identities(count[1], wide))

    def loss(self) -> float:
        """Return the loss."""
        error = self.outer[:, None] @ self.core @ self.inner - self.target
        return (error.square() * self.weights[:, None]).double().sum().item()

    def solve_outer(self) -> None:
        """Set every block of A to its minimum: weighted least squares over a row of tiles."""
        known = self.core @ self.inner
        weighted = known * self.weights[:, None]
        normal = torch.einsum("ijac,ijbc->iab", weighted, known)
        mixed = torch.einsum("ijac,ijbc->iab", self.target, weighted)
        self.outer = _regress(normal, mixed.mT, self.outer.mT).mT

    def solve_inner(self) -> None:
        """Set every block of B to its minimum; the weights of the inputs are constant in a column and cancel."""
        known = self.outer[:, None] @ self.core
        normal = torch.einsum("ijba,ijbc->jac", known, known)
        mixed = torch.einsum("ijba,ijbc->jac", known, self.target)
        self.inner = _regress(normal, mixed, self.inner)

    def solve_core(self) -> None:
        """Let every group of the core, row by row, take the support and the values that are best given the others."""
        left = self.outer.mT @ self.outer  # [I, b, b]
        right = self.inner * self.weights[:, None] @ self.inner.mT  # [J, c, c]
        linear = self.outer.mT[:, None] @ self.target @ (self.inner * self.weights[:, None]).mT
        groups = [slice(at, at + CORE.group) for at in range(0, right.shape[-1], CORE.group)]
        inverses = [_inverse_pairs(right[:, group, group]) for group in groups]
        for row in range(left.shape[-1]):
            scale = left[:, row, row, None, None].clamp_min(1e-30)
            mixed = torch.einsum("ib,ijbc->ijc", left[:, row], self.core)
            slope = linear[:, :, row] - torch.einsum("ijc,jcd->ijd", mixed, right)
            for group, inverse in zip(groups, inverses, strict=True):
                quadratic = right[:, group, group]
                old = self.core[:, :, row, group]
                wanted = slope[:, :, group] + scale * torch.einsum("ijc,jcd->ijd", old, quadratic)
                new = _best(wanted / scale, old, quadratic, inverse)
                slope -= scale * torch.einsum("ijc,jcd->ijd", new - old, right[:, group])
                self.core[:, :, row, group] = new


def _inverse_pairs(quadratic: Tensor) -> Tensor:
    """Return the inverses [J, supports, 2, 2] of the parts of [J, 4, 4] that the supports select; 0 where singular."""
    pairs = torch.tensor(_SUPPORTS, device=quadratic.device)
    first, second = pairs.unbind(1)
    a, d, b = quadratic[:, first, first], quadratic[:, second, second], quadratic[:, first, second]
    determinant = a * d - b * b
    sound = determinant > 1e-6 * a * d
    factor = torch.where(sound, 1 / determinant, 0)
    return torch.stack([torch.stack([d, -b], -1), torch.stack([-b, a], -1)], -2) * factor[..., None, None]


def _best(wanted: Tensor, old: Tensor, quadratic: Tensor, inverse: Tensor) -> Tensor:
    """Return, for every tile, the values [I, J, 4] of a group that are best: v minimises v'Qv - 2 v'wanted.

    The old values stay where no support is found to be better.
    """
    pairs = torch.tensor(_SUPPORTS, device=wanted.device)
    parts = wanted[..., pairs]  # [I, J, supports, 2]
    values = torch.einsum("jsab,ijsb->ijsa", inverse, parts)
    chosen = (values * parts).sum(-1).argmax(-1, keepdim=True)
    found = torch.zeros_like(old).scatter_(
        -1, pairs[chosen.squeeze(-1)], values.gather(2, chosen[..., None].expand(*chosen.shape, 2)).squeeze(2)
    )

    def gain(candidate: Tensor) -> Tensor:
        return (candidate * (2 * wanted - torch.einsum("ijc,jcd->ijd", candidate, quadratic))).sum(-1, keepdim=True)

    return torch.where(gain(found) > gain(old), found, old)


def _regress(normal: Tensor, mixed: Tensor, before: Tensor) -> Tensor:
    """Return the X that minimise the quadratic with Hessians `normal` and slopes `mixed`, drawn towards `before`."""
    exact = normal.double()
    pull = _DAMPING * exact.diagonal(dim1=-2, dim2=-1).mean(-1).clamp_min(1e-30)[:, None, None]
    identity = torch.eye(exact.shape[-1], dtype=torch.float64, device=exact.device)
    found: Tensor = torch.linalg.solve(exact + pull * identity, mixed.double() + pull * before.double())
    return found.float()


def _unit(matrix: Tensor, along: int) -> tuple[Tensor, Tensor]:
    """Scale a matrix so that it has length 1 along a dimension, and return the lengths; those of zeros are 1."""
    lengths = matrix.norm(dim=along)
    lengths = torch.where(lengths > 0, lengths, 1)
    return matrix / lengths.unsqueeze(along), lengths


def _tiles(matrix: Tensor, high: int, wide: int) -> Tensor:
    return matrix.reshape(matrix.shape[0] // high, high, -1, wide).transpose(1, 2).contiguous()


def _matrix(tiles: Tensor) -> Tensor:
    return tiles.transpose(1, 2).flatten(2).flatten(0, 1)
