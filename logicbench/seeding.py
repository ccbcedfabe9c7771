"""One seed, many independent streams, identical on every machine and Python version.

A stream is keyed by the SHA-256 of its labels (family, version, split, seed, index, purpose, ...) and produces
SHAKE-256(key, block number): a counter-based generator, so adjacent seeds and indices share nothing, and any item
can be drawn without drawing those before it. Nothing here depends on `random`, `hash` or NumPy.

What must not repeat in a data set is not drawn but allotted: a `Place` is a draw's place in its data set, and every
place gets numbers of its own of any range.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterator, MutableSequence, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

_WORDS = 256
_UNPACK = struct.Struct(f"<{_WORDS}Q").unpack
_MASK = (1 << 64) - 1
_SHORTS = 1 << 16
_ROUNDS = 6


def digest(*labels: str | int) -> bytes:
    """Return the 32-byte SHA-256 of the labels, which are length-prefixed so that no two lists collide."""
    state = hashlib.sha256()
    for label in labels:
        kind = b"i" if isinstance(label, int) else b"s"
        data = str(label).encode()
        state.update(kind + len(data).to_bytes(8, "little") + data)
    return state.digest()


def permuted(key: bytes, size: int, index: int) -> int:
    """Return where a pseudo-random permutation of range(size) takes an index.

    A Feistel network over pairs, walked until it is back in the range (Black and Rogaway 2002, "Ciphers with arbitrary
    finite domains"), so no table is needed.

    Raises:
        ValueError: If the index is not in range(size).
    """
    if not 0 <= index < size:
        raise ValueError(f"index must be in range({size}), not {index}")
    side = math.isqrt(size - 1) + 1
    while True:
        left, right = divmod(index, side)
        for turn in range(_ROUNDS):
            mixed = hashlib.blake2b(right.to_bytes(8, "little") + bytes((turn,)), key=key, digest_size=8).digest()
            left, right = right, (left + int.from_bytes(mixed, "little")) % side
        index = left * side + right
        if index < size:
            return index


@dataclass(frozen=True, slots=True)
class Place:
    """A draw's place in its data set.

    Attributes:
        data_set: A digest of what the data set is; other sets get other numbers.
        number: The draw's number, from 0.
    """

    data_set: bytes
    number: int

    def allot(self, purpose: str, size: int, each: int) -> Iterator[int]:
        """Yield `each` different numbers of range(size) that no other place of the data set gets for this purpose.

        There are ``size // each`` such shares; places beyond that number get those of earlier ones again.
        """
        start = self.number % (size // each) * each
        key = digest(self.data_set.hex(), purpose)
        for index in range(start, start + each):
            yield permuted(key, size, index)


class Stream:
    """A deterministic stream of random choices.

    Args:
        labels: What the stream is for, for example ``("sat", "1", "train", 7, 0, "formula")``.
        place: Which draw of a data set the stream belongs to, if any; its children inherit it.

    Example:
        >>> Stream("demo", 1).below(100) == Stream("demo", 1).below(100)
        True
    """

    __slots__ = ("_counter", "_key", "_words", "place")

    def __init__(self, *labels: str | int, place: Place | None = None) -> None:
        self._key = digest(*labels)
        self.place = place
        self._counter = 0
        self._words: list[int] = []

    def child(self, *labels: str | int) -> Stream:
        """Return an independent stream, the same whatever has been drawn from this one."""
        return Stream(self._key.hex(), *labels, place=self.place)

    def word(self) -> int:
        """Return the next 64 random bits as an integer in [0, 2**64)."""
        if not self._words:
            data = hashlib.shake_256(self._key + self._counter.to_bytes(8, "little")).digest(8 * _WORDS)
            self._words = list(_UNPACK(data))
            self._counter += 1
        return self._words.pop()

    def below(self, bound: int) -> int:
        """Return an integer uniform in [0, bound), without bias (Lemire 2019, multiply and reject).

        Raises:
            ValueError: If the bound is not in [1, 2**64].
        """
        if not 0 < bound <= 1 << 64:
            raise ValueError(f"bound must be in [1, 2**64], not {bound}")
        product = self.word() * bound
        low = product & _MASK
        if low < bound:
            floor = ((1 << 64) - bound) % bound
            while low < floor:
                product = self.word() * bound
                low = product & _MASK
        return product >> 64

    def integers(self, bound: int, count: int) -> list[int]:
        """Return `count` integers uniform in [0, bound), without bias: much faster than as many calls of `below`.

        Up to a bound of 2**16 they are made from blocks of 16-bit numbers of which those above the largest multiple of
        the bound are dropped; what a block has too many is dropped as well.

        Raises:
            ValueError: If the bound is not in [1, 2**64].
        """
        if not 0 < bound <= _SHORTS:
            return [self.below(bound) for _ in range(count)]
        limit = _SHORTS - _SHORTS % bound
        found: list[int] = []
        while len(found) < count:
            size = (count - len(found)) * _SHORTS // limit + 8
            data = hashlib.shake_256(self._key + self._counter.to_bytes(8, "little")).digest(2 * size)
            self._counter += 1
            found += [short % bound for short in struct.unpack(f"<{size}H", data) if short < limit]
        return found[:count]

    def between(self, low: int, high: int) -> int:
        """Return an integer uniform in [low, high], both ends included."""
        return low + self.below(high - low + 1)

    def random(self) -> float:
        """Return a float uniform in [0, 1) with 53 bits."""
        return (self.word() >> 11) * 2.0**-53

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self.random() < probability

    def bit(self) -> bool:
        """Return a fair coin's side."""
        return bool(self.word() >> 63)

    def geometric(self, probability: float) -> int:
        """Return the number of trials up to and including the first success, in 1, 2, ..."""
        if not 0.0 < probability <= 1.0:
            raise ValueError(f"probability must be in (0, 1], not {probability}")
        if probability == 1.0:
            return 1
        return 1 + int(math.log(1.0 - self.random()) / math.log(1.0 - probability))

    def choice(self, items: Sequence[T]) -> T:
        """Return one of the items, uniformly."""
        return items[self.below(len(items))]

    def weighted(self, items: Sequence[T], weights: Sequence[float]) -> T:
        """Return one of the items with probability proportional to its weight."""
        mark = self.random() * math.fsum(weights)
        for item, weight in zip(items, weights, strict=True):
            mark -= weight
            if mark < 0:
                return item
        return items[-1]

    def shuffle(self, items: MutableSequence[T]) -> None:
        """Shuffle in place (Fisher-Yates)."""
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in a random order."""
        result = list(items)
        self.shuffle(result)
        return result

    def permutation(self, size: int) -> list[int]:
        """Return a random permutation of range(size)."""
        return self.shuffled(range(size))

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """Return `count` distinct items in random order (sparse Fisher-Yates, O(count)).

        Raises:
            ValueError: If there are fewer items than asked for.
        """
        size = len(items)
        if not 0 <= count <= size:
            raise ValueError(f"cannot sample {count} of {size} items")
        moved: dict[int, int] = {}
        result = []
        for last in range(size - 1, size - count - 1, -1):
            other = self.below(last + 1)
            result.append(items[moved.get(other, other)])
            moved[other] = moved.get(last, last)
        return result
