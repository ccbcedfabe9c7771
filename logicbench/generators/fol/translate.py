"""The task translate: an English sentence as a formula over a given vocabulary, right if equivalence is proved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import permutations
from typing import Any

from logicbench.answers import ReadError, unwrap
from logicbench.errors import InputError
from logicbench.family import Draft, Rendering, Task
from logicbench.generators.cache import InstanceCache
from logicbench.generators.fol.argument import BUDGET
from logicbench.generators.fol.effort import quantifier_depth
from logicbench.generators.fol.knobs import FolKnobs
from logicbench.generators.fol.variants import respell
from logicbench.generators.nlsat.task import verdict
from logicbench.generators.nlsat.theories import Theory, is_sound
from logicbench.generators.nlsat.wording import FINISH
from logicbench.logic.english import (
    Deed,
    Every,
    Existential,
    Kind,
    Named,
    Phrase,
    Quality,
    Some,
    Universal,
    Vocabulary,
    get_fragment,
    lexicon,
    negate,
    to_fol,
)
from logicbench.logic.english.inflect import article, third_person
from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.printing import render
from logicbench.logic.fol.syntax import Count, Exists, Forall, Formula, Implies, Predicate, Variable, size, walk
from logicbench.logic.fol.transform import Signature, canonical, signature
from logicbench.problem import Verdict, Violation
from logicbench.seeding import Stream
from logicbench.translation.compare.equivalence import Gold, compare_with
from logicbench.translation.compare.sampling import sample_batches, truths

MAX_ANSWER = 600
MAX_NODES = 100
MAX_QUANTIFIERS = 6
"""Proving takes long where many quantifiers alternate, whatever else the formula says."""

MAX_MISSING = 2
"""Brackets that may be missing or surplus."""

MAX_BRACKETS = 80
_LETTERS = "PQRSUWKMNHGLJD"

_CONVENTIONS = (
    '"Every judge is not tall", say, means that no judge is tall; "some", "someone" and "at least one" mean one or '
    'more, not necessarily the same for everybody; and "does not admire every judge" means that there is at least one '
    "judge whom he or she does not admire."
)
"""How the sentence is meant where readers may differ."""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a fragment, and its formula."""

    theory: Theory

    @cached_property
    def formula(self) -> Formula:
        """The formula over lemmas and names in lower case."""
        return to_fol(self.theory.sentences[0])

    @cached_property
    def signature(self) -> Signature:
        """The symbols of the formula."""
        return signature([self.formula])

    @cached_property
    def gold(self) -> Gold:
        """The formula, prepared for comparing others with it."""
        return Gold(self.formula)

    @cached_property
    def effort(self) -> int:
        """The nodes of the formula, doubled for every level of quantifiers."""
        return size(self.formula) << quantifier_depth(self.formula)

    @cached_property
    def _guessed(self) -> float:
        """The best agreement in random structures of what can be said without reading the sentence.

        That is: always or never true, and one of its phrases implies another, or they meet in somebody.
        """
        said = self.theory.sentences[0]
        assert isinstance(said, Universal | Existential)
        phrases = [replace(phrase, positive=True) for phrase in said.body + said.head]
        pairs = [((one,), (other,)) for one, other in permutations(phrases, 2)]
        guesses = [to_fol(kind(*pair)) for pair in pairs for kind in (Universal, Existential)]
        meant, *values = truths([self.formula, *guesses], sample_batches([self.formula]))
        share = float(meant.mean())
        return max(share, 1 - share, *(float((meant == one).mean()) for one in values))

    def progress(self, agreement: float | None) -> float | None:
        """Return how far an agreement gets from the best guess's (0) towards that in all structures (1)."""
        if agreement is None:
            return None
        floor = self._guessed
        return max(0.0, round((agreement - floor) / (1 - floor), 4)) if floor < 1 else 0.0

    def symbols(self, surface: str) -> dict[str, str]:
        """Return what each symbol is called in a surface: its word, or a letter."""
        found = self.signature
        names = [name for name, _ in found.predicates]
        if surface == "symbols":
            letters = dict(zip(names, _LETTERS, strict=False))
            return letters | dict(zip(found.constants, "abcde", strict=False))
        return {name: "".join(part.capitalize() for part in name.split("_")) for name in names} | {
            name: name for name in found.constants
        }


def _prepare(instance: Mapping[str, Any]) -> Sentence:
    theory = Theory.from_instance(instance)
    if len(theory.sentences) != 1:
        raise InputError("not an instance of translation: it needs one sentence")
    return Sentence(theory)


sentence_of: InstanceCache[Sentence] = InstanceCache(_prepare)
"""Returns the prepared sentence of an instance."""


class Translate:
    """What is a sentence in first-order logic?"""

    info = Task(
        "translate",
        "What is an English sentence in first-order logic, over a given vocabulary?",
        "any formula that is equivalent, in any common notation",
    )
    prepare = sentence_of

    def drafts(self, knobs: FolKnobs, stream: Stream) -> list[Draft]:
        """Draw a sentence."""
        words = Vocabulary.draw(stream, names=2, roles=4, adjectives=3, verbs=2, words=knobs.words)
        phrases = [_phrase(words, knobs, number, stream) for number in range(stream.between(2, 4))]
        cut = stream.between(1, min(2, len(phrases) - 1))
        made = (Universal if stream.chance(0.7) else Existential)(tuple(phrases[:cut]), tuple(phrases[cut : cut + 2]))
        theory = Theory(knobs.fragment, (made,), tuple(words.names))
        if not is_sound(made) or get_fragment(knobs.fragment).objection(made) is not None:
            return self.drafts(knobs, stream.child("again"))
        return [Draft(theory.to_instance())]

    def render(self, sentence: Sentence, surface: str, stream: Stream) -> Rendering:
        """Show the sentence in one of its wordings, and what symbols mean."""
        names = sentence.symbols(surface)
        said = sentence.theory.language.write(sentence.theory.sentences[0], stream)
        opening = {
            "english": "Write this sentence as a formula of first-order logic:",
            "symbols": "Formalise this sentence in first-order logic:",
            "story": "An archivist puts old sayings about the people of a town into first-order logic. One is:",
        }[surface]
        prompt = (
            f"{opening}\n\n{said}\n\nAll individuals are people. Use these symbols and no others:\n"
            f"{vocabulary(sentence, names)}\n\n"
            f"{_CONVENTIONS}\n\n"
            "Any common notation will do, such as ∀x (… → …) or all x. (… -> …). Every formula that is equivalent to "
            f"the sentence is right.\n\n{FINISH} the formula."
        )
        return Rendering(prompt, render(respell(sentence.formula, names)), {"surface": surface})

    def read(self, sentence: Sentence, surface: str, span: str) -> tuple[Any, str]:
        """Read a formula over the vocabulary from the first line of a span."""
        line, rest = first_line(span[: 4 * MAX_ANSWER])
        if not line or len(line) > MAX_ANSWER:
            raise ReadError("length", f"The formula must be one line of at most {MAX_ANSWER} characters.")
        # Where many brackets are missing the parser searches long for where to put them.
        missing = max(abs(line.count(one) - line.count(other)) for one, other in ("()", "[]", "{}"))
        if missing > MAX_MISSING or line.count("(") > MAX_BRACKETS:
            raise ReadError("malformed", "The brackets of the formula do not match, or are too many.")
        try:
            formula = parse(line).formula
        except InputError as error:
            raise ReadError("malformed", f"Not a formula: {str(error).splitlines()[0][:200]}") from None
        if size(formula) > MAX_NODES or _quantifiers(formula) > MAX_QUANTIFIERS:
            raise ReadError("length", "The formula is too large.")
        return canonical(self._spelt(sentence, surface, formula)), rest

    def _spelt(self, sentence: Sentence, surface: str, formula: Formula) -> Formula:
        """Return the formula over lemmas.

        Raises:
            ReadError: If it uses a symbol that is not of the vocabulary.
        """
        shown = sentence.symbols(surface)
        inverse = {name: symbol for symbol, name in shown.items()}
        folded = inverse if surface == "symbols" else {name.lower().replace("_", ""): s for name, s in inverse.items()}
        found, known = signature([formula]), sentence.signature
        arities = dict(known.predicates)
        names: dict[str, str] = {}
        for name, arity in (*found.predicates, *((constant, 0) for constant in found.constants)):
            key = name if surface == "symbols" else name.lower().replace("_", "")
            symbol = folded.get(key, "")
            if arities.get(symbol, 0 if symbol in known.constants else -1) != arity:
                raise ReadError("vocabulary", f"{name} with {arity} arguments is not in the vocabulary.")
            names[name] = symbol
        if found.functions or found.sorts or found.has_numbers or found.free_variables:
            raise ReadError("vocabulary", "The formula has a function, a sort, a number or a free variable.")
        return respell(formula, names)

    def check(self, sentence: Sentence, value: Formula) -> Verdict:
        """Prove equivalence."""
        found = compare_with(sentence.gold, value, budget=BUDGET)
        if found.relation == "undecided":
            return Verdict("undecided", 0.0, violations=(Violation("budget", "The prover's budget was used up."),))
        message = f"The formula is {found.relation}{'' if found.relation == 'different' else ' than the sentence'}."
        # Equivalent formulas are one answer, and the sentence's own stands for them.
        key = sentence.formula if found.equivalent else value
        progress = sentence.progress(found.agreement)
        return verdict(found.equivalent, render(key), (Violation("not-equivalent", message),), progress)

    def guess(self, sentence: Sentence, surface: str, stream: Stream) -> str:
        """Let one predicate of the sentence imply another."""
        names, found = sentence.symbols(surface), sentence.signature
        unary = [name for name, arity in found.predicates if arity == 1] or [found.predicates[0][0]]
        one, other = stream.choice(unary), stream.choice(unary)
        x = Variable("x")
        arity = dict(found.predicates)
        left, right = (Predicate(names[name], (x,) * arity[name]) for name in (one, other))
        return render(Forall(x, Implies(left, right)))

    def baselines(self) -> Mapping[str, Callable[[Sentence, str], str]]:
        """Let one predicate imply another."""
        return {"one-rule": lambda sentence, surface: self.guess(sentence, surface, Stream("baseline"))}


def _quantifiers(formula: Formula) -> int:
    """Return the number of quantifiers, those that count taken as often as they count."""
    nodes = list(walk(formula))
    counts = sum(node.count + 1 for node in nodes if isinstance(node, Count))
    return counts + sum(isinstance(node, Forall | Exists) for node in nodes)


def first_line(span: str) -> tuple[str, str]:
    """Return the first line that is no code fence, undressed, and what comes after it."""
    text = span.lstrip()
    while text.startswith(("```", "~~~")):
        text = text.partition("\n")[2].lstrip()
    line, _, rest = text.partition("\n")
    return unwrap(line).strip().rstrip(".").strip(), rest


def _phrase(words: Vocabulary, knobs: FolKnobs, number: int, stream: Stream) -> Phrase:
    kind = stream.below(4)
    found: Phrase
    if kind == 0 and number < 2:
        found = Kind(words.roles[number])
    elif kind <= 1:
        found = Quality(words.adjectives[number % 3])
    else:
        objects = [Named(words.names[number % 2])]
        if knobs.fragment == "transitive" and knobs.quantifiers > 1:
            objects = [*objects, Some(words.roles[2]), Every(words.roles[3])]  # type: ignore[list-item]
        found = Deed(words.verbs[number % 2], stream.choice(objects))
    return negate(found) if stream.chance(0.3) else found


def vocabulary(sentence: Sentence, names: Mapping[str, str]) -> str:
    """Return what each symbol of a sentence means, one a line, the symbols spelt as in `names`."""
    found = sentence.signature
    lines = []
    for name, arity in found.predicates:
        lemma = name.replace("_", "-")
        form = lexicon().form(lemma)
        if arity == 2:
            lines.append(f"{names[name]}(x, y): x {third_person(lemma)} y")
        elif form is not None and form.category == "role":
            lines.append(f"{names[name]}(x): x is {article(lemma)} {lemma}")
        else:
            lines.append(f"{names[name]}(x): x is {lemma}")
    return "\n".join([*lines, *(f"{names[name]}: {name.capitalize()}" for name in found.constants)])
