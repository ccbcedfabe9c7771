"""The fol family: labels by Z3, evidence and structures by evaluation, translations by proof; nothing raises."""

import re

import pytest
from support.argument_oracle import z3_label, z3_satisfiable
from support.mutations import dressed, giants, hostile

from logicbench.answers import ReadError
from logicbench.errors import InputError
from logicbench.family import get_family, make_knobs, verify
from logicbench.generation import generate
from logicbench.generators.fol.argument import argument_of
from logicbench.generators.fol.situations import Symbols, reader, structure_of, write
from logicbench.generators.fol.translate import Translate, sentence_of
from logicbench.generators.fol.variants import respell
from logicbench.logic.fol.notation import NOTATIONS
from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.printing import render
from logicbench.logic.fol.structures import Structure, evaluate, satisfies
from logicbench.logic.fol.syntax import Forall, Iff, Implies, Not, walk
from logicbench.logic.fol.transform import signature
from logicbench.problem import Unparsable
from logicbench.seeding import Stream

FOL = get_family("fol")
TASKS = tuple(FOL.tasks)
RICH = {"functions": True, "equality": True}


def problems(task, count, surface="all", seed=0, **knobs):
    return list(generate("fol", task, count=count, seed=seed, surface=surface, knobs=knobs, measure=False))


# --- truth ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("knobs", [{}, {"quantifiers": 1, "depth": 3}, RICH, {"depth": 4, "distractors": 8}], ids=str)
def test_labels_are_what_z3_says(knobs):
    for index in range(6):
        drafts = FOL.sample("entail", make_knobs(FOL, knobs), Stream("truth", str(knobs), index))
        assert [draft.label for draft in drafts] == ["true", "false", "unknown"]
        for draft in drafts:
            assert z3_label(draft.instance) == draft.label


@pytest.mark.slow
def test_five_thousand_labels_are_what_z3_says():
    checked = 0
    for task, count in (("entail", 3000), ("certify", 2000)):
        for problem in problems(task, count, "symbols", seed=71):
            assert z3_label(problem.instance) == problem.label, problem.id
            checked += 1
    assert checked == 5000


def test_the_drafts_of_a_group_differ_in_two_facts():
    for index in range(10):
        drafts = FOL.sample("entail", make_knobs(FOL, RICH), Stream("facts", index))
        first = drafts[0].instance
        for draft in drafts[1:]:
            changed = [
                pair for pair in zip(first["premises"], draft.instance["premises"], strict=True) if len(set(pair)) > 1
            ]
            assert 1 <= len(changed) <= 2 and draft.instance["conclusion"] == first["conclusion"]
            for pair in changed:
                assert all(re.fullmatch(r"¬?\w+\(\w+\)", text) for text in pair)
                assert pair[0].startswith("¬") == pair[1].startswith("¬")


def test_cores_suffice_and_nothing_in_them_can_be_left_out():
    for problem in problems("certify", 12, surface="symbols", **RICH):
        if problem.label == "unknown":
            continue
        argument = argument_of(problem.instance)
        core = [argument.premises[place] for place in argument.core]
        end = Not(argument.conclusion) if problem.label == "true" else argument.conclusion
        assert not z3_satisfiable([*core, end])
        for place in range(len(core)):
            assert z3_satisfiable([*core[:place], *core[place + 1 :], end])


def test_countermodels_are_models_of_the_premises_alone():
    for problem in problems("countermodel", 8, surface="symbols", **RICH):
        argument = argument_of(problem.instance)
        symbols = Symbols.of(argument.signature, argument.equality)
        (value,), rest = reader(symbols)(problem.reference)
        structure = structure_of(value, symbols)
        assert rest == "" and isinstance(structure, Structure)
        assert satisfies(structure, argument.premises) and not evaluate(argument.conclusion, structure)


def test_structures_come_back_as_they_were_written():
    symbols = Symbols((("P", 1), ("R", 2)), ("mentor",), ("Ann", "Ben"), True)
    structure = Structure(
        3, {"Ann": 0, "Ben": 0}, {("P", 1): frozenset({(2,)}), ("R", 2): frozenset({(0, 1), (1, 2)})},
        {("mentor", 1): {(0,): 1, (1,): 1, (2,): 0}},
    )  # fmt: skip
    text = write(structure, symbols)
    assert text == (
        "people: Ann, 1, 2; true: Ben = Ann, P(2), R(Ann, 1), R(1, 2), mentor(Ann) = 1, mentor(1) = 1, mentor(2) = Ann"
    )
    (value,), rest = reader(symbols)(text)
    assert write(structure_of(value, symbols), symbols).count(",") == text.count(",") and rest == ""
    for text, problem in (
        ("people: Ann, Ben; true: mentor(Ann) = Ben", "Nobody is the mentor of Ben."),
        ("people: Ben; true: mentor(Ben) = Ben", "Nobody is Ann."),
        ("people: Ann, Ben; true: Ann = Ben, mentor(Ann) = Ben, mentor(Ben) = Ben", "Ann is said to be two people."),
        ("people: Ben, 1; true: Ann = 1, Ann = Ben, mentor(1) = 1, mentor(Ben) = 1", "Ann is said to be two people."),
    ):
        (value,), _ = reader(symbols)(text)
        assert structure_of(value, symbols) == problem


def test_a_constant_may_be_called_by_its_word():
    symbols = Symbols((("P", 1),), ("mentor",), ("a", "b"), True, aliases={"Zujihel": "a", "Tarel": "b"})
    mixed = "people: Zujihel, b, 1; true: P(zujihel), P(B), mentor(a) = 1, mentor(Tarel) = a, mentor(1) = Tarel"
    plain = "people: a, b, 1; true: P(a), P(b), mentor(a) = 1, mentor(b) = a, mentor(1) = b"
    assert reader(symbols)(mixed) == reader(symbols)(plain)
    joined = "people: a; true: Tarel = Zujihel, P(Tarel), mentor(a) = a"
    (value,), _ = reader(symbols)(joined.replace("P(Tarel)", "P(a)"))
    assert isinstance(structure_of(value, symbols), Structure)
    for text, why in (("people: a, Zujihel, b; true: none", "listed twice"), (joined, "not among the people")):
        with pytest.raises(ReadError, match=why):
            reader(symbols)(text)
    # A word that is another constant's own spelling stands for that one.
    crossed = Symbols((("P", 1),), (), ("Ann", "Ben"), False, aliases={"Ben": "Ann", "Ann": "Ben"})
    ((_, facts),), _ = reader(crossed)("people: Ann, Ben; true: P(Ann)")
    assert facts == (("P", "Ann"),)


def test_no_premise_is_given_twice():
    for problem in problems("entail", 30, seed=11, equality=True):
        premises = argument_of(problem.instance).premises
        assert len(set(premises)) == len(premises)


@pytest.mark.parametrize("variant", FOL.variants)
def test_variants_keep_the_label(variant):
    for index in range(3):
        for draft in FOL.sample("entail", make_knobs(FOL, RICH), Stream("vary", index)):
            changed = FOL.vary("entail", draft.instance, variant, Stream(variant, index))
            assert argument_of(changed).label == draft.label
        (draft,) = FOL.sample("translate", make_knobs(FOL, {}), Stream("vary", index))
        changed = FOL.vary("translate", draft.instance, variant, Stream(variant, index))
        old, new = (sentence_of(one).formula for one in (draft.instance, changed))
        assert len(list(walk(old))) == len(list(walk(new)))


# --- answers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS)
def test_every_dress_of_a_reference_is_accepted(task):
    for problem in problems(task, 1 if task == "translate" else 2, seed=4):
        for text in list(dressed(problem.reference))[::29]:
            assert verify(problem, text).correct, (problem.reference, text, verify(problem, text))


@pytest.mark.parametrize("task", TASKS)
def test_guesses_and_baselines_are_read(task):
    for problem in problems(task, 6, **RICH):
        texts = [FOL.guess(problem, Stream("guess", number)) for number in range(4)]
        texts += [solver(problem) for solver in FOL.baselines(task).values()]
        for text in texts:
            assert verify(problem, f"Answer: {text}").status in ("correct", "wrong"), text


def test_a_reference_does_not_fit_another_label():
    found = problems("certify", 9, surface="symbols")
    for problem in found:
        for other in found:
            if problem.group_id == other.group_id and problem.label != other.label:
                assert verify(other, f"Answer: {problem.reference}").score == 0


def test_changed_evidence_is_refused():
    for problem in problems("certify", 9, surface="symbols"):
        label, _, rest = problem.reference.partition("; ")
        if label == "UNKNOWN":
            both = [f"people:{part}".rstrip("; ") for part in rest.split("people:")[1:]]
            assert verify(problem, f"Answer: UNKNOWN; {both[1]}; {both[0]}").correct
            assert not verify(problem, f"Answer: UNKNOWN; {both[0]}; {both[0]}").correct
            assert not verify(problem, f"Answer: UNKNOWN; {both[0]}").correct
            continue
        numbers = rest.split(", ")
        everything = ", ".join(str(n) for n in range(1, len(problem.instance["premises"]) + 1))
        assert not verify(problem, f"Answer: {label}; {everything}").correct
        for place in range(len(numbers)):
            fewer = ", ".join(numbers[:place] + numbers[place + 1 :]) or "none"
            assert not verify(problem, f"Answer: {label}; {fewer}").correct


def test_a_countermodel_with_one_fact_changed_is_judged_by_evaluation():
    wrong = 0
    for problem in problems("countermodel", 6, surface="symbols"):
        head, _, facts = problem.reference.partition("true: ")
        parts = re.findall(r"\w+\([^)]*\)", facts)
        for place in range(len(parts)):
            text = f"{head}true: {', '.join(parts[:place] + parts[place + 1 :]) or 'none'}"
            verdict = verify(problem, f"Answer: {text}")
            assert verdict.status in ("correct", "wrong")
            wrong += verdict.status == "wrong"
            assert verdict.correct or (verdict.violations and 0 <= verdict.progress < 1)
    assert wrong > 10


def test_translations_are_right_up_to_equivalence_only():
    refused = 0
    for problem in problems("translate", 15, surface="english"):
        formula = parse(problem.reference).formula
        for notation in NOTATIONS:
            shown = render(formula, notation)
            for text in (shown, f"**{shown}**", f"`{shown}`", rf"\text{{{shown}}}"):
                assert verify(problem, f"Answer: {text}").correct, text
        assert verify(problem, f"Answer: ¬¬({problem.reference})").correct
        assert not verify(problem, f"Answer: ¬({problem.reference})").correct
        assert not verify(problem, f"Answer: ({problem.reference}) ∧ Stranger(a)").correct
        if isinstance(formula, Forall) and isinstance(formula.body, Implies):
            converse = Forall(formula.variable, Implies(formula.body.right, formula.body.left))
            different = z3_satisfiable([Not(Iff(formula, converse))])
            assert verify(problem, f"Answer: {render(converse)}").correct != different
            refused += different
    assert refused > 3


@pytest.mark.parametrize("surface", ["english", "symbols"])
@pytest.mark.parametrize("notation", NOTATIONS)
def test_names_that_a_notation_escapes_are_read_back(notation, surface):
    said = "Every person who spoils Usha teases Xanthe."
    sentence = sentence_of({"fragment": "transitive", "people": ["Usha", "Xanthe"], "sentences": [said]})
    shown = render(respell(sentence.formula, sentence.symbols(surface)), notation)
    assert ("n__" in shown) == (notation in ("nltk", "prover9"))
    for text in (shown, f"`{shown}`", f"**{shown}**", f"{shown}."):
        value, _ = Translate().read(sentence, surface, text)
        assert Translate().check(sentence, value).correct, text


def test_the_formula_is_the_sentence_read_back():
    for problem in problems("translate", 20, surface="symbols"):
        sentence = sentence_of(problem.instance)
        said = problem.prompt.split("\n\n")[1]
        assert sentence.theory.language.read(said) == sentence.theory.sentences[0]
        assert all(len(name) == 1 for name, _ in signature([parse(problem.reference).formula]).predicates)


@pytest.mark.parametrize("task", TASKS)
def test_hedges_earn_nothing(task):
    for problem in problems(task, 3, surface="english"):
        for other in (FOL.guess(problem, Stream("hedge", number)) for number in range(4)):
            if not verify(problem, f"Answer: {other}").correct:
                assert verify(problem, f"Answer: {problem.reference}\nAnswer: {other}").score == 0
                assert verify(problem, f"Answer: {other}\nAnswer: {problem.reference}").score == 0


@pytest.mark.parametrize("task", TASKS)
def test_hostile_text_raises_nothing(task):
    for problem in problems(task, 1, surface="english"):
        for text in [*hostile(250, 7), *giants()[::5], "Answer: " + "(" * 3000, "Answer: " + "~" * 590 + "P(x)"]:
            assert isinstance(FOL.parse(problem, text), Unparsable) or verify(problem, text).status


def test_foreign_instances_are_refused():
    for bad in ({}, {"premises": "P(a)"}, {"premises": ["P(a"], "conclusion": "P(a)", "words": {}},
                {"premises": ["P(a)"] * 500, "conclusion": "P(a)", "words": {}},
                {"premises": [], "conclusion": "P(a)", "words": {"P": ["verb"]}}):  # fmt: skip
        with pytest.raises(InputError):
            argument_of(bad)
