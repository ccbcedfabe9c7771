"""Picking the next token: exact, reproducible for each row, independent of the rows around it.

A row's randomness is one uniform number a token, drawn from a counter-based stream keyed by the request's seed, and the
token is found by inverting the cumulative distribution. So a seed alone fixes a sample, on any device and in any batch,
up to the rounding of the logits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from logicbench.models.protocol import RepetitionStop, Sampling

if TYPE_CHECKING:
    import torch


def pick(
    logits: torch.Tensor,
    sampling: Sampling,
    uniforms: Sequence[float],
    seen: torch.Tensor | None = None,
    forced: Sequence[int] = (),
) -> tuple[list[int], list[float]]:
    """Pick one token for each row.

    Args:
        logits: Raw logits, shape (rows, vocabulary).
        sampling: Temperature and filters, applied in the order repetition penalty, temperature, min-p, top-k, top-p.
        uniforms: One number in [0, 1) a row; not read when decoding is greedy.
        seen: Mask of the tokens that have occurred in each row, shape (rows, vocabulary), for a repetition penalty.
        forced: The token that each row must take whatever its logits, or -1; empty where no row must.

    Returns:
        Token ids, and their log-probabilities under the raw distribution.
    """
    import torch

    raw = logits.float()
    shaped = raw if seen is None else penalise(raw, seen, sampling.repetition_penalty)
    if sampling.temperature == 0:
        chosen = shaped.argmax(-1)
    else:
        chosen = invert(filter_logits(shaped / sampling.temperature, sampling), uniforms)
    if any(token >= 0 for token in forced):
        must = torch.tensor(forced, device=chosen.device)
        chosen = torch.where(must >= 0, must, chosen)
    logprobs = raw.gather(-1, chosen[:, None])[:, 0] - torch.logsumexp(raw, -1)
    return chosen.tolist(), logprobs.tolist()


def penalise(logits: torch.Tensor, seen: torch.Tensor, penalty: float) -> torch.Tensor:
    """Divide the positive logits of seen tokens by the penalty and multiply the negative ones (Keskar et al. 2019)."""
    import torch

    return torch.where(seen, torch.where(logits > 0, logits / penalty, logits * penalty), logits)


def filter_logits(logits: torch.Tensor, sampling: Sampling) -> torch.Tensor:
    """Return logits with the tokens that min-p, top-k and top-p exclude at minus infinity; never all of a row."""
    import torch

    if sampling.min_p > 0:
        floor = logits.amax(-1, keepdim=True) + torch.log(torch.tensor(sampling.min_p, device=logits.device))
        logits = logits.masked_fill(logits < floor, -torch.inf)
    if 0 < sampling.top_k < logits.shape[-1]:
        least = logits.topk(sampling.top_k, -1).values[:, -1:]
        logits = logits.masked_fill(logits < least, -torch.inf)
    if sampling.top_p < 1:
        ordered, order = logits.sort(dim=-1, descending=True, stable=True)
        probabilities = ordered.softmax(-1)
        before = probabilities.cumsum(-1) - probabilities
        excluded = torch.zeros_like(logits, dtype=torch.bool).scatter(-1, order, before >= sampling.top_p)
        logits = logits.masked_fill(excluded, -torch.inf)
    return logits


def invert(logits: torch.Tensor, uniforms: Sequence[float]) -> torch.Tensor:
    """Return, for each row, the first token at which the cumulative probability exceeds the row's uniform number."""
    import torch

    wide = torch.float32 if logits.device.type == "mps" else torch.float64
    cumulative = logits.softmax(-1, dtype=wide).cumsum(-1)
    total = cumulative[:, -1:]
    mark = torch.tensor(uniforms, dtype=wide, device=logits.device)[:, None] * total
    # The product may round up to the total, past the last token that has any probability.
    mark = torch.minimum(mark, torch.nextafter(total, torch.zeros_like(total)))
    return torch.searchsorted(cumulative, mark, right=True)[:, 0]


def is_stuck(ids: Sequence[int], limit: RepetitionStop) -> bool:
    """Return whether the tokens end in one pattern, repeated at least `limit.min_count` times."""
    for size in range(limit.min_pattern, limit.max_pattern + 1):
        span = size * limit.min_count
        if span > len(ids):
            return False
        if ids[-1] != ids[-1 - size]:
            continue
        tail = ids[-span:]
        if tail[size:] == tail[:-size]:
            return True
    return False


def find_stop(text: str, stops: Sequence[str]) -> int:
    """Return where the first stop string starts in the text, or -1."""
    found = [position for position in map(text.find, stops) if position >= 0]
    return min(found, default=-1)
