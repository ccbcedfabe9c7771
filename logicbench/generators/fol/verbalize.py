"""The task verbalize: a formula as an English sentence, right if what is read back is proved equivalent to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from logicbench.answers import ReadError
from logicbench.errors import GenerationError, InputError
from logicbench.family import Draft, Rendering, Task
from logicbench.generators.cache import InstanceCache
from logicbench.generators.fol import sentence_forms
from logicbench.generators.fol.argument import BUDGET
from logicbench.generators.fol.effort import quantifier_depth
from logicbench.generators.fol.knobs import FolKnobs
from logicbench.generators.fol.translate import MAX_ANSWER, Sentence, Translate, first_line, sentence_of, vocabulary
from logicbench.generators.fol.variants import respell
from logicbench.generators.nlsat.task import verdict
from logicbench.generators.nlsat.wording import FINISH
from logicbench.logic.english import (
    Existential,
    Kind,
    Named,
    Phrase,
    Quality,
    Universal,
    Vocabulary,
    get_fragment,
    to_fol,
)
from logicbench.logic.fol.printing import render
from logicbench.logic.fol.syntax import And, Exists, Forall, Formula, Implies, Not, size
from logicbench.logic.fol.transform import canonical, signature
from logicbench.problem import Verdict, Violation
from logicbench.seeding import Stream
from logicbench.translation.compare.equivalence import Gold, compare_with

LEAST_PHRASES = 3
"""Sentences of two phrases are said right by chance too often."""

MAX_DRAWS = 40
"""Sentences drawn for one problem."""

MAX_VERDICTS = 256
"""Verdicts kept with a formula."""

SHAPES = ("plain", "turned", "denied")
"""As the sentence is built; from its end (the contrapositive, or for *some* the other order); as a denial."""


@dataclass(frozen=True)
class Formal:
    """A formula that a quantified sentence says, in one of three shapes."""

    sentence: Sentence
    said: Universal | Existential
    shape: str
    verdicts: dict[Formula, Verdict] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Verdicts on formulas that answers said, for the many answers that are checked against one problem in RL."""

    @cached_property
    def formula(self) -> Formula:
        """The formula over lemmas and names in lower case."""
        meant = self.sentence.formula
        if isinstance(meant, Forall) and isinstance(meant.body, Implies):
            start, end = meant.body.left, meant.body.right
            if self.shape == "denied":
                return Not(Exists(meant.variable, _both(start, _opposite(end))))
            left, right = (_opposite(end), _opposite(start)) if self.shape == "turned" else (start, end)
            return Forall(meant.variable, Implies(left, right))
        assert isinstance(meant, Exists)
        assert isinstance(meant.body, And)
        start, end = meant.body.operands
        if self.shape == "denied":
            return Not(Forall(meant.variable, Implies(start, _opposite(end))))
        return Exists(meant.variable, _both(end, start) if self.shape == "turned" else _both(start, end))

    @cached_property
    def gold(self) -> Gold:
        """The formula, prepared for comparing others with it."""
        return Gold(self.formula)

    @cached_property
    def effort(self) -> int:
        """The nodes of the formula, doubled for every level of quantifiers."""
        return size(self.formula) << quantifier_depth(self.formula)

    @cached_property
    def words(self) -> Vocabulary:
        """The words of the sentence."""
        found: dict[str, dict[str, None]] = {"name": {}, "role": {}, "adjective": {}, "verb": {}}
        for phrase in self.said.body + self.said.head:
            for category, word in _words(phrase):
                found[category][word] = None
        return Vocabulary(*map(tuple, (found["name"], found["role"], found["adjective"], found["verb"])))


def _words(phrase: Phrase) -> list[tuple[str, str]]:
    if isinstance(phrase, Kind):
        return [("role", phrase.noun)]
    if isinstance(phrase, Quality):
        return [("adjective", phrase.adjective)]
    target = phrase.object
    return [("verb", phrase.verb), ("name", target.name) if isinstance(target, Named) else ("role", target.noun)]


def _opposite(formula: Formula) -> Formula:
    return formula.body if isinstance(formula, Not) else Not(formula)


def _both(*formulas: Formula) -> Formula:
    return And(tuple(part for one in formulas for part in (one.operands if isinstance(one, And) else (one,))))


def _prepare(instance: Mapping[str, Any]) -> Formal:
    sentence, shape = sentence_of(instance), instance.get("shape")
    said = sentence.theory.sentences[0]
    if shape not in SHAPES or not isinstance(said, Universal | Existential):
        raise InputError(
            f"not an instance of verbalisation: it needs a quantified sentence, and a shape: {', '.join(SHAPES)}"
        )
    return Formal(sentence, said, shape)


formal_of: InstanceCache[Formal] = InstanceCache(_prepare)
"""Returns the prepared formula of an instance."""


class Verbalize:
    """What does a formula say in English?"""

    info = Task(
        "verbalize",
        "What does a formula of first-order logic say, in an English sentence over a given vocabulary?",
        "any sentence of the forms that the prompt states whose formula is equivalent",
    )
    prepare = formal_of

    def drafts(self, knobs: FolKnobs, stream: Stream) -> list[Draft]:
        """Draw a sentence, and the shape of its formula; half of them are plain."""
        for attempt in range(MAX_DRAWS):
            (draft,) = Translate().drafts(knobs, stream.child(attempt))
            instance = {**draft.instance, "shape": stream.choice(("plain", *SHAPES))}
            said = formal_of(instance).said
            if len(said.body + said.head) >= LEAST_PHRASES:
                return [Draft(instance)]
        raise GenerationError(f"{MAX_DRAWS} sentences were all too short; choose other settings")

    def render(self, formal: Formal, surface: str, stream: Stream) -> Rendering:
        """Show the formula, what its symbols mean, and which sentences are read."""
        names = formal.sentence.symbols(surface)
        opening = {
            "english": "Say in one English sentence what this formula of first-order logic means:",
            "symbols": "Put this formula of first-order logic into one English sentence:",
            "story": "An archivist has kept old sayings about the people of a town in first-order logic only, and "
            "wants each of them back as one English sentence. One is:",
        }[surface]
        prompt = (
            f"{opening}\n\n{render(respell(formal.formula, names))}\n\n"
            '"¬" means not, "∧" and, "→" if-then, "∀x" for everybody x, and "∃x" for at least one x. All individuals '
            f"are people. These are the meanings of the symbols:\n{vocabulary(formal.sentence, names)}\n\n"
            f"{sentence_forms.explain(_taken(formal))}\n\n{FINISH} the sentence."
        )
        return Rendering(prompt, _write(formal.said), {"surface": surface})

    def read(self, formal: Formal, surface: str, span: str) -> tuple[Any, str]:
        """Read the formula of a sentence, which must be all of the first line of a span."""
        line, rest = first_line(span[: 4 * MAX_ANSWER])
        line = line.strip(" \t\"'“”‘’{}()[]")
        if not line or len(line) > MAX_ANSWER:
            raise ReadError("length", f"The sentence must be one line of at most {MAX_ANSWER} characters.")
        try:
            formula = to_fol(sentence_forms.read_sentence(line, formal.words.names))
        except InputError as error:
            example = sentence_forms.forms(_taken(formal))[0]
            message = f"Not a sentence of the forms that are read, such as {example!r}: {_reason(error)}."
            raise ReadError("unreadable", message) from None
        found, known = signature([formula]), signature([formal.formula])
        strange = [name for name, arity in found.predicates if (name, arity) not in known.predicates]
        strange += [name for name in found.constants if name not in known.constants]
        if strange:
            raise ReadError("vocabulary", f"The word {strange[0].replace('_', '-')!r} is not in the vocabulary.")
        return canonical(formula), rest

    def check(self, formal: Formal, value: Formula) -> Verdict:
        """Prove equivalence."""
        if value not in formal.verdicts:
            if len(formal.verdicts) >= MAX_VERDICTS:
                formal.verdicts.clear()
            formal.verdicts[value] = self._judge(formal, value)
        return formal.verdicts[value]

    def _judge(self, formal: Formal, value: Formula) -> Verdict:
        found = compare_with(formal.gold, value, budget=BUDGET)
        if found.relation == "undecided":
            return Verdict("undecided", 0.0, violations=(Violation("budget", "The prover's budget was used up."),))
        other = found.relation == "different"
        message = f"What the sentence says is {found.relation} {'from' if other else 'than'} the formula."
        progress = formal.sentence.progress(found.agreement)
        # Equivalent sentences are one answer, and the problem's own formula stands for them.
        key = formal.formula if found.equivalent else value
        progress = formal.sentence.progress(found.agreement)
        return verdict(found.equivalent, render(key), (Violation("not-equivalent", message),), progress)

    def guess(self, formal: Formal, surface: str, stream: Stream) -> str:
        """Let one phrase of the formula imply another."""
        one, other = stream.sample(_affirmed(formal), 2)
        return _write(Universal((one,), (other,)))

    def grammar(self, formal: Formal) -> str:
        """Return the form of an answer in the plainest wordings."""
        return sentence_forms.answer_grammar(formal.words)

    def baselines(self) -> Mapping[str, Callable[[Formal, str], str]]:
        """Say one rule, or the phrases one after the other under the formula's first quantifier."""
        return {
            "one-rule": lambda formal, surface: self.guess(formal, surface, Stream("baseline")),
            "all-affirmed": lambda formal, surface: _in_order(formal, _affirmed(formal)),
            "in-order": lambda formal, surface: _in_order(formal, [*formal.said.body, *formal.said.head]),
        }


def _reason(error: InputError) -> str:
    """Return what is wrong with a sentence, without its place, which is that in the normalised text."""
    reason = str(error).partition(": ")[2] or str(error)
    return "this wording can be taken in two ways" if "two ways" in reason else reason


def _taken(formal: Formal) -> list[str]:
    words = formal.words
    return [*words.names, *words.roles, *words.adjectives, *words.verbs]


def _affirmed(formal: Formal) -> list[Phrase]:
    return [replace(phrase, positive=True) for phrase in formal.said.body + formal.said.head]


def _in_order(formal: Formal, phrases: list[Phrase]) -> str:
    """Return the phrases under the formula's first quantifier, whatever stands before it."""
    outer = formal.formula.body if isinstance(formal.formula, Not) else formal.formula
    kind = Universal if isinstance(outer, Forall) else Existential
    return _write(kind(tuple(phrases[:1]), tuple(phrases[1:])))


def _write(sentence: Universal | Existential) -> str:
    return get_fragment("transitive").write(sentence)
