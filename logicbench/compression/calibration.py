"""Calibration data: windows of token ids, packed without padding, with a hash that names them.

Statistics must never see a padding token (a padded window shifts every norm and every Hessian), so documents are
concatenated and cut into windows of one length. The hash is over the token ids alone: two runs with the same hash
saw the same data, however it was obtained.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import torch

from logicbench.compression.documents import Document
from logicbench.errors import InputError
from logicbench.seeding import Stream

if TYPE_CHECKING:
    from torch import Tensor


class Tokenizer(Protocol):
    """What is needed of a Hugging Face tokenizer."""

    eos_token_id: int | None

    def encode(self, text: str, add_special_tokens: bool = True) -> list[int]:
        """Return the token ids of a text."""

    def apply_chat_template(
        self, conversation: list[dict[str, str]], *, add_generation_prompt: bool, tokenize: bool, **options: Any
    ) -> str:
        """Return a conversation as the text that the model was trained on."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Windows of token ids.

    Attributes:
        windows: Tensors of shape [length] and dtype int64 on the CPU.
        source: Where the documents came from, for example ``run:runs/dense``.
        seed: What decided which documents were taken, and their order.
        documents: How many documents the windows were cut from.
        instances: Ids of the problem instances behind them, where known, sorted.
    """

    windows: tuple[Tensor, ...]
    source: str
    seed: int = 0
    documents: int = 0
    instances: tuple[str, ...] = ()

    @property
    def tokens(self) -> int:
        """Number of tokens in all windows."""
        return sum(window.numel() for window in self.windows)

    @property
    def sha256(self) -> str:
        """Hash of the windows' token ids and lengths."""
        state = hashlib.sha256()
        for window in self.windows:
            state.update(window.numel().to_bytes(8, "little"))
            state.update(window.to(torch.int64).contiguous().numpy().tobytes())
        return state.hexdigest()

    def batches(self, size: int) -> Iterator[Tensor]:
        """Yield tensors [batch, length] of consecutive windows of one length, at most `size` windows each."""
        group: list[Tensor] = []
        for window in self.windows:
            if group and (len(group) == size or group[0].numel() != window.numel()):
                yield torch.stack(group)
                group = []
            group.append(window)
        if group:
            yield torch.stack(group)


def pack(documents: Sequence[Sequence[int]], length: int, limit: int | None = None) -> list[Tensor]:
    """Concatenate documents and cut them into windows of `length` tokens.

    The tail that fills no window is dropped, unless it is all there is.

    Raises:
        InputError: If there are fewer than two tokens in all.
    """
    if length < 2:
        raise InputError(f"the sequence length must be at least 2, not {length}")
    windows: list[Tensor] = []
    buffer: list[int] = []
    for document in documents:
        buffer.extend(document)
        while len(buffer) >= length and (limit is None or len(windows) < limit):
            windows.append(torch.tensor(buffer[:length], dtype=torch.int64))
            del buffer[:length]
        if limit is not None and len(windows) == limit:
            return windows
    if windows:
        return windows
    if len(buffer) < 2:
        raise InputError("the calibration data holds fewer than two tokens; give longer or more documents")
    return [torch.tensor(buffer, dtype=torch.int64)]


def encode(document: Document, tokenizer: Tokenizer, template_options: Mapping[str, Any] | None = None) -> list[int]:
    """Return the tokens of a document as the model would meet them.

    A conversation is rendered with the chat template up to the assistant's turn and followed by the completion's
    own tokens, exactly as in generation; a plain text is tokenized as it is. Both end with the end-of-text token.
    """
    if document.messages:
        conversation = [{"role": role, "content": content} for role, content in document.messages]
        prompt = tokenizer.apply_chat_template(
            conversation, add_generation_prompt=True, tokenize=False, **(template_options or {})
        )
        ids = tokenizer.encode(prompt, add_special_tokens=False)
        ids += tokenizer.encode(document.text, add_special_tokens=False)
    else:
        ids = tokenizer.encode(document.text)
    if tokenizer.eos_token_id is not None and (not ids or ids[-1] != tokenizer.eos_token_id):
        ids.append(tokenizer.eos_token_id)
    return ids


def from_documents(
    documents: Sequence[Document],
    tokenizer: Tokenizer,
    *,
    samples: int,
    length: int,
    source: str,
    seed: int = 0,
    template_options: Mapping[str, Any] | None = None,
) -> Calibration:
    """Shuffle documents with a seed, tokenize them and pack them into at most `samples` windows of `length` tokens.

    Args:
        documents: What to draw from.
        tokenizer: The model's.
        samples: Most windows.
        length: Tokens in a window.
        source: Name of the data for the record.
        seed: Decides the order.
        template_options: Passed to the chat template.

    Raises:
        InputError: If there is nothing to calibrate on, or `samples` or `length` is out of range.
    """
    if samples < 1:
        raise InputError(f"the number of calibration samples must be at least 1, not {samples}")
    if not documents:
        raise InputError(f"{source} holds no calibration document")
    order = Stream("calibration", seed).shuffled(documents)
    encoded: list[list[int]] = []
    total = 0
    for document in order:
        encoded.append(encode(document, tokenizer, template_options))
        total += len(encoded[-1])
        if total >= samples * length:
            break
    instances = sorted({document.instance_id for document in order[: len(encoded)]} - {""})
    return Calibration(tuple(pack(encoded, length, samples)), source, seed, len(encoded), tuple(instances))


def random_tokens(vocabulary: int, *, samples: int, length: int, seed: int = 0) -> Calibration:
    """Return windows of uniformly random tokens: the control that shows what calibration data is worth."""
    stream = Stream("random-calibration", seed)
    windows = tuple(
        torch.tensor([stream.below(vocabulary) for _ in range(length)], dtype=torch.int64) for _ in range(samples)
    )
    return Calibration(windows, "random", seed, 0)
