"""A model that answers every kind of prompt of the pipelines rightly, for one small problem, and counts its calls."""

import re
from collections.abc import Iterator, Sequence

from logicbench.models.protocol import Capabilities, Completion, Request, Sampling
from logicbench.translation.items import Item

SENTENCES = {
    "All cats are lazy.": "∀x (Cat(x) → Lazy(x))",
    "Tom is a cat.": "Cat(tom)",
    "Ada owns Tom.": "Owns(ada, tom)",
    "Ada owns something lazy.": "∃x (Owns(ada, x) ∧ Lazy(x))",
}
NLTK = {
    "All cats are lazy.": "all x. (Cat(x) -> Lazy(x))",
    "Tom is a cat.": "Cat(tom)",
    "Ada owns Tom.": "Owns(ada, tom)",
    "Ada owns something lazy.": "exists x. (Owns(ada, x) & Lazy(x))",
}
VOCABULARY = """Cat(x) ::: x is a cat.
Lazy(x) ::: x is lazy.
Owns(x, y) ::: x owns y.
Constants:
tom ::: Tom
ada ::: Ada"""
ITEM = Item(
    "one",
    tuple(SENTENCES)[:3],
    "Ada owns something lazy.",
    "True",
    premises_fol=tuple(SENTENCES.values())[:3],
    conclusion_fol="∃x (Owns(ada, x) ∧ Lazy(x))",
)


def answer(prompt: str) -> str:
    """The right answer to a prompt, told by its first words."""
    head, tail = prompt[:120], prompt.rsplit("------", 1)[-1]
    if head.startswith("List the predicates"):
        return VOCABULARY
    if head.startswith("Translate each of the following"):
        return "\n".join(f"TEXT: {sentence}\nFOL: {formula}" for sentence, formula in NLTK.items())
    if head.startswith("Translate a problem into first-order logic, one sentence"):
        return SENTENCES[tail.strip().splitlines()[-1]]
    if head.startswith("Translate the sentences"):
        return "\n".join(f"{place}. {formula}" for place, formula in enumerate(SENTENCES.values(), 1))
    if head.startswith("Translate a problem into first-order logic"):
        lines = [f"{formula} ::: {sentence}" for sentence, formula in SENTENCES.items()]
        return "\n".join(["Cat(x) ::: ...", "Premises:", *lines[:-1], "Conclusion:", lines[-1]])
    sentence = re.search(r"Sentence: (.*)", tail)
    if head.startswith("Find the logical"):
        assert sentence
        return f"Structure 1:\nU1: {sentence[1]}\nEdges: None\nStructure 2:\nU1: Something\nEdges: None"
    if head.startswith("Build a sentence up"):
        assert sentence
        return f"1. {sentence[1]}"
    if head.startswith("Translate growing sentences"):
        last = tail.split("Formulas:")[0].strip().splitlines()[-1]
        return f"{last} ::: {SENTENCES[last]}\n"
    raise AssertionError(head)


class Tutor:
    """A backend that answers by a function of the prompt."""

    name = "tutor"

    def __init__(self, responder=answer, grammar=False, fail_after=None):
        self.responder, self.calls, self.fail_after = responder, 0, fail_after
        self.capabilities = Capabilities(grammar=grammar)
        self.requests: list[Request] = []
        self.temperatures: list[float] = []

    def describe(self):
        return {"kind": "tutor"}

    def statistics(self):
        return {}

    def complete(self, requests: Sequence[Request], sampling: Sampling) -> Iterator[Completion]:
        for request in reversed(requests):  # in another order than asked
            self.calls += 1
            if self.fail_after is not None and self.calls > self.fail_after:
                yield Completion(request.key, "", "error", error="out of order")
                continue
            self.requests.append(request)
            self.temperatures.append(sampling.temperature)
            text = self.responder("\n------\n".join(message.content for message in request.messages))
            yield Completion(request.key, text, "stop", prompt_tokens=7, reported_tokens=3)

    def close(self):
        pass
