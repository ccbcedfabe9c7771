"""What statistics need of a completion's text: a number that stands for it, and whether it ends in a loop."""

from __future__ import annotations

import hashlib
import zlib

LOOP_CHARACTERS = 160
"""A completion that ends in a periodic text at least this long, of at least `LOOP_TURNS` turns, is a loop."""

LOOP_TURNS = 4
_TAIL = 2000


def hash_text(text: str) -> int:
    """Return 64 bits that stand for a text, the same in every process, never 0."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True) or 1


def ends_in_loop(text: str) -> bool:
    """Whether a text ends in the same words over and over.

    The longest periodic ending is found by the failure function of the reversed text (Knuth, Morris and Pratt 1977),
    for texts that a compressor shrinks well and no others.
    """
    tail = text.rstrip()[-_TAIL:]
    if len(tail) < LOOP_CHARACTERS or len(zlib.compress(tail.encode("utf-8", "replace"), 1)) > len(tail) / 2:
        return False
    backwards = tail[::-1]
    failure = [0] * len(backwards)
    match = 0
    for place in range(1, len(backwards)):
        while match and backwards[place] != backwards[match]:
            match = failure[match - 1]
        match += backwards[place] == backwards[match]
        failure[place] = match
        length, period = place + 1, place + 1 - match
        if length >= LOOP_CHARACTERS and length >= LOOP_TURNS * period:
            return True
    return False
