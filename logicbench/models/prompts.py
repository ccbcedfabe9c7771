"""From chat messages to token ids, the same for every local engine.

Engines get token ids and not text, so that two engines given one model see one and the same prompt.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from logicbench.errors import BackendError
from logicbench.models.decoding import find_stop
from logicbench.models.protocol import Message
from logicbench.models.thinking import KNOWN, Segments, Tags, count_tokens, has_special_marks, open_pair, pair_of, split

_PLAIN_NAMES = {"system": "System", "user": "User", "assistant": "Assistant"}
PLAIN_STOP = "\nUser:"
"""Ends a completion of a model without a chat template, which would go on to write the user's next turn."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A rendered prompt."""

    ids: array[int]
    """Compact, since a whole run's prompts are held at once."""
    opened: Tags | None
    """The thinking block that the prompt ends in, or None."""


@dataclass(slots=True)
class Prompter:
    """Renders chats with a model's own template and reads completions back.

    Args:
        tokenizer: A Hugging Face tokenizer.
        template_kwargs: Options passed to the chat template, for example ``{"enable_thinking": False}``.
    """

    tokenizer: Any
    template_kwargs: Mapping[str, Any] = field(default_factory=dict)
    system_merged: bool = field(init=False)
    """Whether the template refuses system messages, which are then put before the first user message."""
    keep_special: bool = field(init=False)
    """Whether text keeps special tokens, as it must where thinking marks are among them."""
    stop: tuple[str, ...] = field(init=False)
    """Stop strings that this way of prompting needs."""
    marks: Tags | None = field(init=False)
    """The thinking marks that are single tokens of the vocabulary, or None."""

    def __post_init__(self) -> None:
        self.keep_special = has_special_marks(self.tokenizer.all_special_tokens)
        self.stop = () if self.has_template else (PLAIN_STOP,)
        self.marks = pair_of(self.tokenizer.get_added_vocab())
        self.system_merged = self.has_template and self._refuses_system()

    @property
    def has_template(self) -> bool:
        """Whether the tokenizer has a chat template."""
        return bool(self.tokenizer.chat_template)

    @property
    def mark_ids(self) -> tuple[int, int]:
        """Ids of the opening and the closing thinking mark, or (-1, -1) where they are not single tokens."""
        if self.marks is None:
            return -1, -1
        ids = self.tokenizer.convert_tokens_to_ids([self.marks.opening, self.marks.closing])
        return int(ids[0]), int(ids[1])

    def render(self, messages: Sequence[Message]) -> str:
        """Return the prompt's text.

        Raises:
            BackendError: If the chat template refuses the messages or its options.
        """
        if not self.has_template:
            return render_plain(messages)
        if self.system_merged and any(message.role == "system" for message in messages):
            messages = merge_system(messages)
        try:
            return self._apply(messages)
        except Exception as error:  # templates are programs of the model's makers: they may raise anything
            raise BackendError(f"the model's chat template refused the messages: {error}") from error

    def _refuses_system(self) -> bool:
        probe = (Message("system", "probe"), Message("user", "probe"))
        try:
            return "probe" not in self._apply(probe).replace("probe", "", 1)
        except Exception:  # as above: whatever it raises, it refuses
            return True

    def _apply(self, messages: Sequence[Message]) -> str:
        goes_on = messages[-1].role == "assistant"
        text = self.tokenizer.apply_chat_template(
            [{"role": message.role, "content": message.content} for message in messages],
            tokenize=False,
            add_generation_prompt=not goes_on,
            continue_final_message=goes_on,
            **self.template_kwargs,
        )
        return str(text)

    def encode(self, chats: Iterable[tuple[Message, ...]]) -> dict[tuple[Message, ...], Prompt]:
        """Return the rendered prompt of each different chat.

        Templates write their special tokens themselves; plain prompts get the tokenizer's.
        """
        distinct = list(dict.fromkeys(chats))
        texts = [self.render(messages) for messages in distinct]
        if not texts:
            return {}
        ids = self.tokenizer(texts, add_special_tokens=not self.has_template)["input_ids"]
        return {
            messages: Prompt(array("i", row), open_pair(text))
            for messages, text, row in zip(distinct, texts, ids, strict=True)
        }

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of generated tokens."""
        return str(
            self.tokenizer.decode(
                list(ids), skip_special_tokens=not self.keep_special, clean_up_tokenization_spaces=False
            )
        )

    def read(self, ids: Sequence[int], ends: Collection[int], stops: Sequence[str]) -> str:
        """Return what generated tokens say: without the end token, and cut at the first stop string."""
        text = self.decode(ids[:-1] if ids and ids[-1] in ends else ids)
        position = find_stop(text, stops)
        return text if position < 0 else text[:position]

    def thinking_tokens(self, ids: Sequence[int], text: str, opened: bool) -> int:
        """Return how many of the generated tokens are thinking.

        Args:
            ids: The generated tokens.
            text: What they say (possibly cut at a stop string).
            opened: Whether the prompt ended inside a thinking block.
        """
        found: Segments = split(text, opened=opened, tags=KNOWN)
        if not found.closed:
            return len(ids)
        return count_tokens(ids, found.answer_start, self.decode) if found.span else 0

    def describe(self) -> dict[str, Any]:
        """Return hashes of the tokenizer and the template, and the options in use."""
        template = self.tokenizer.chat_template
        return {
            "tokenizer_class": type(self.tokenizer).__name__,
            "tokenizer_sha256": tokenizer_hash(self.tokenizer),
            "vocabulary": len(self.tokenizer),
            "chat_template": "own" if template else "none: turns are labelled User and Assistant",
            "chat_template_sha256": hashlib.sha256(str(template).encode()).hexdigest() if template else None,
            "chat_template_kwargs": dict(self.template_kwargs),
            "system_message": "put before the first user message" if self.system_merged else "as its own turn",
            "special_tokens_in_text": self.keep_special,
        }


def render_plain(messages: Sequence[Message]) -> str:
    """Return a labelled transcript that ends where the assistant is to speak, for models without a chat template."""
    turns = [f"{_PLAIN_NAMES[message.role]}: {message.content.strip()}" for message in messages]
    if messages[-1].role != "assistant":
        turns.append("Assistant:")
    return "\n\n".join(turns)


def merge_system(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Return the messages with system texts put before the first user message."""
    system = "\n\n".join(message.content for message in messages if message.role == "system")
    rest = [message for message in messages if message.role != "system"]
    for position, message in enumerate(rest):
        if message.role == "user":
            rest[position] = Message("user", f"{system}\n\n{message.content}")
            return tuple(rest)
    return (Message("user", system), *rest)


def tokenizer_hash(tokenizer: Any) -> str:
    """Return the SHA-256 of a tokenizer's full definition, or of its vocabulary where it has no fast form."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is not None:
        return hashlib.sha256(backend.to_str().encode()).hexdigest()
    entries = sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    return hashlib.sha256(repr(entries).encode()).hexdigest()
