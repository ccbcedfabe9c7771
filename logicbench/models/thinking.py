"""Where a completion thinks and where it answers.

Reasoning models wrap their thinking in tags. A completion's thinking is the span from the first opening tag to the
last closing one, tags included, and the answer is what follows. Three things are easy to get wrong and are settled
here: the chat template may open the block in the prompt, so that the text starts inside it; a completion that was cut
off inside its thinking has no answer, whatever numbers it had mentioned; and an answer may speak before it thinks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from logicbench.errors import InputError


@dataclass(frozen=True, slots=True)
class Tags:
    """A pair of marks around thinking."""

    opening: str
    closing: str

    def __post_init__(self) -> None:
        if not self.opening or not self.closing or self.opening == self.closing:
            raise InputError(f"thinking tags must be two different texts, not {self.opening!r} and {self.closing!r}")


KNOWN: tuple[Tags, ...] = (
    Tags("<think>", "</think>"),
    Tags("<thinking>", "</thinking>"),
    Tags("<thought>", "</thought>"),
    Tags("<reasoning>", "</reasoning>"),
    Tags("<|begin_of_thought|>", "<|end_of_thought|>"),
    Tags("[THINK]", "[/THINK]"),
    Tags("◁think▷", "◁/think▷"),
    Tags("<seed:think>", "</seed:think>"),
    Tags("<|START_THINKING|>", "<|END_THINKING|>"),
    Tags("<|inner_prefix|>", "<|inner_suffix|>"),
    Tags("<|channel>thought", "<channel|>"),
    Tags("<mm:think>", "</mm:think>"),
    Tags("<|open|>think<|sep|>", "<|close|>think<|sep|>"),
    # Channels: everything before the final channel is thinking, the headers of further messages included.
    Tags("<|channel|>analysis<|message|>", "<|channel|>final<|message|>"),
    Tags("<|channel|>commentary<|message|>", "<|channel|>final<|message|>"),
)
"""The pairs that ``auto`` recognises."""


@dataclass(frozen=True, slots=True)
class Segments:
    """A completion's parts, as positions in its text (characters)."""

    start: int
    """Where thinking starts."""
    end: int
    """Where thinking ends (one past its last character); equal to `start` where there is none."""
    answer_start: int
    """Where the part to be checked starts; the text's length where thinking never closed."""
    closed: bool
    """False if the completion ended inside its thinking."""

    @property
    def span(self) -> tuple[int, int] | None:
        """The thinking, or None if there is none."""
        return (self.start, self.end) if self.end > self.start else None


def split(text: str, *, opened: bool = False, tags: Sequence[Tags] = KNOWN) -> Segments:
    """Split a completion into thinking and answer. Total, and linear in the text for each pair of tags.

    The pair whose mark comes first in the text is the one in use. A closing tag without an opening one before it means
    that the text started inside its thinking.

    Args:
        text: The completion.
        opened: Whether the prompt ended inside a thinking block (see `open_pair`).
        tags: The pairs to recognise; none turns recognition off.
    """
    if not tags:
        return Segments(0, 0, 0, True)
    pair = _pair_in_use(text, opened, tags)
    if pair is None:
        return Segments(0, len(text), len(text), False) if opened else Segments(0, 0, 0, True)
    first_open, last_open = text.find(pair.opening), text.rfind(pair.opening)
    first_close, last_close = text.find(pair.closing), text.rfind(pair.closing)
    inside = opened or first_open < 0 or 0 <= first_close < first_open
    start = 0 if inside else first_open
    if last_close < 0 or last_open > last_close:
        return Segments(start, len(text), len(text), False)
    end = last_close + len(pair.closing)
    return Segments(start, end, end, True)


def _pair_in_use(text: str, opened: bool, tags: Iterable[Tags]) -> Tags | None:
    best: tuple[int, int] | None = None
    chosen = None
    for pair in tags:
        marks = (pair.closing,) if opened else (pair.opening, pair.closing)
        for mark in marks:
            position = text.find(mark)
            # The longer of two marks at one place is the more telling: "<|channel|>final..." against a prefix of it.
            if position >= 0 and (best is None or (position, -len(mark)) < best):
                best, chosen = (position, -len(mark)), pair
    return chosen


def open_pair(prompt: str, tags: Iterable[Tags] = KNOWN) -> Tags | None:
    """Return the pair whose block the rendered prompt ends in, or None."""
    ending = prompt.rstrip()
    return next((pair for pair in tags if ending.endswith(pair.opening)), None)


def pair_of(names: Iterable[str], tags: Iterable[Tags] = KNOWN) -> Tags | None:
    """Return the first pair of which both marks are among a vocabulary's added tokens, or None."""
    known = frozenset(names)
    return next((pair for pair in tags if pair.opening in known and pair.closing in known), None)


def has_special_marks(special_tokens: Iterable[str], tags: Sequence[Tags] = KNOWN) -> bool:
    """Return whether a tokenizer counts part of a thinking mark as special.

    Text decoded without special tokens would lose such marks, so they must be kept.
    """
    marks = [mark for pair in tags for mark in (pair.opening, pair.closing)]
    return any(token and any(token in mark for mark in marks) for token in special_tokens)


def count_tokens(ids: Sequence[int], answer_start: int, decode: Callable[[Sequence[int]], str]) -> int:
    """Return how many leading tokens it takes to cover the text before the answer.

    Decoding is monotone in length, so the boundary is found by bisection, with O(log n) decodes. A token that straddles
    the boundary counts as thinking.

    Args:
        ids: All generated tokens.
        answer_start: `Segments.answer_start` of the text decoded from them.
        decode: Decodes a prefix of the ids in the way that the text was.
    """
    if answer_start <= 0:
        return 0
    low, high = 0, len(ids)
    while low < high:
        middle = (low + high) // 2
        if len(decode(ids[:middle])) < answer_start:
            low = middle + 1
        else:
            high = middle
    return low


def parse_tags(option: str) -> tuple[Tags, ...]:
    """Return the pairs that an option names: ``auto``, ``off``, or two tags separated by white space.

    Raises:
        InputError: If it is none of these.
    """
    if option == "auto":
        return KNOWN
    if option == "off":
        return ()
    parts = option.split()
    if len(parts) != 2:
        raise InputError(f"thinking must be 'auto', 'off' or an opening and a closing tag, not {option!r}")
    return (Tags(parts[0], parts[1]),)
