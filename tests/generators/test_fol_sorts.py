"""Many-sorted arguments of fol: labels by Z3 and by models, situations by sorts, and nothing new without them."""

import hashlib
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.argument_oracle import z3_satisfiable

from logicbench.errors import InputError
from logicbench.family import get_family, make_knobs, verify
from logicbench.generation import generate
from logicbench.generators.fol.argument import argument_of
from logicbench.generators.fol.evidence import symbols_of
from logicbench.generators.fol.situations import MAX_PEOPLE, reader, structure_of, write
from logicbench.generators.fol.sorts import PROFILES, SORTS, WORDS, split, with_sorts, without_sorts
from logicbench.generators.fol.words import symbol_of
from logicbench.logic.english import lexicon
from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.printing import render
from logicbench.logic.fol.structures import Structure, evaluate, satisfies
from logicbench.logic.fol.syntax import Exists, Forall, Not, Predicate, Variable, walk
from logicbench.logic.fol.transform import relativise
from logicbench.problem import Unparsable, dump_line
from logicbench.seeding import Stream

FOL = get_family("fol")
KNOBS = [{}, {"depth": 1, "people": 2, "distractors": 0}, {"depth": 3, "distractors": 0}]
PINNED = {
    "3": {
        "entail": "7856379885cd8a40",
        "certify": "5dc9fc2212874c10",
        "countermodel": "b18fb9b84613f7ff",
        "translate": "e27c9a7cf894921f",
    },
}
"""Version -> task -> hash of what it made before there were sorts; a version that is not here has other output."""


@cache
def _drafts(index, knobs):
    return FOL.sample("entail", make_knobs(FOL, {"sorts": True, **dict(knobs)}), Stream("sorts", str(knobs), index))


def drafts(index, **knobs):
    return _drafts(index, tuple(knobs.items()))


@cache
def problems(task, count, surface="english"):
    return list(generate("fol", task, count=count, seed=4, surface=surface, knobs={"sorts": True}, measure=False))


def guarded(argument):
    """What sorts mean in logic without them: who is what, that there is something of each, and no overlap."""
    x = Variable("x")
    facts = [parse(f"{sort}({name})").formula for name, sort in argument.sorts.items()]
    some = [Exists(x, Predicate(sort, (x,))) for sort in argument.used_sorts]
    apart = [parse(f"∀x ¬({one}(x) ∧ {other}(x))").formula for one in SORTS for other in SORTS if one < other]
    return [*facts, *some, *apart]


@pytest.mark.parametrize("task", list(PINNED["3"]))
def test_without_sorts_every_byte_is_what_it_was(task):
    """Output changes with the version only; pin a new version here when it is bumped."""
    content = b"".join(
        dump_line(problem.to_json())
        for knobs in ({}, {"sorts": False}, {"functions": True, "equality": True})
        for problem in generate("fol", task, count=3, seed=7, surface="all", knobs=knobs)
    )
    assert hashlib.sha256(content).hexdigest()[:16] == PINNED[FOL.version][task]


def test_the_knob_is_recorded_where_it_is_on():
    assert "sorts" not in make_knobs(FOL, {}).model_dump(mode="json")
    assert make_knobs(FOL, {"sorts": True}).model_dump(mode="json")["sorts"] is True
    for bad in ({"functions": True}, {"equality": True}, {"quantifiers": 1}, {"words": "invented"}):
        with pytest.raises(InputError, match="sorts go with"):
            make_knobs(FOL, {"sorts": True, **bad})


@pytest.mark.parametrize("knobs", KNOBS, ids=str)
def test_what_is_refuted_is_so_by_z3_and_what_is_not_has_a_model(knobs):
    for index in range(2):
        found = drafts(index, **knobs)
        assert [draft.label for draft in found] == ["true", "false", "unknown"]
        for draft in found:
            argument = argument_of(draft.instance)
            for side in (True, False):
                end = argument.conclusion if side else Not(argument.conclusion)
                formulas = [*guarded(argument), *map(relativise, (*argument.premises, end))]
                if draft.label == ("false" if side else "true"):
                    assert not z3_satisfiable(formulas)
                else:
                    assert satisfies(argument.model(side), formulas)


@pytest.mark.parametrize("knobs", KNOBS, ids=str)
def test_every_quantifier_is_restricted_and_every_predicate_keeps_to_its_sorts(knobs):
    for index in range(2):
        argument = argument_of(drafts(index, **knobs)[0].instance)
        quantified = [node for one in argument.formulas for node in walk(one) if isinstance(node, Forall | Exists)]
        assert quantified and all(node.sort in SORTS for node in quantified)
        assert {"Person"} < set(argument.used_sorts)
        assert any(node.sort != "Person" for node in quantified)
        for formula in argument.formulas:
            check_sorts(formula, argument, {})


def check_sorts(node, argument, bound):
    if isinstance(node, Forall | Exists):
        check_sorts(node.body, argument, {**bound, node.variable.name: node.sort})
    elif isinstance(node, Predicate):
        said_of = tuple({**bound, **argument.sorts}[term.name] for term in node.arguments)
        assert said_of == argument.profiles[node.name], (node, said_of)
    else:
        for child in node.children:
            check_sorts(child, argument, bound)


def test_situations_are_models_sort_by_sort():
    for problem in problems("countermodel", 5):
        argument = argument_of(problem.instance)
        symbols = symbols_of(argument)
        (value,), rest = reader(symbols)(problem.reference)
        structure = structure_of(value, symbols)
        assert rest == "" and isinstance(structure, Structure) and structure.size <= MAX_PEOPLE
        assert satisfies(structure, argument.premises) and not evaluate(argument.conclusion, structure)
        members = [structure.predicates[sort, 1] for sort in argument.used_sorts]
        assert all(members) and sum(map(len, members)) == len(frozenset().union(*members)) == structure.size
        assert satisfies(structure, [relativise(premise) for premise in argument.premises])
        assert satisfies(structure, guarded(argument))
        assert write(structure, symbols).count("(") == problem.reference.count("(")


def test_evidence_is_checked_for_every_label():
    for problem in problems("certify", 9):
        assert verify(problem, f"Answer: {problem.reference}").correct
        for solver in FOL.baselines("certify").values():
            assert verify(problem, f"Answer: {solver(problem)}").status == "wrong"
        assert verify(problem, f"Answer: {FOL.guess(problem, Stream('g'))}").status in ("correct", "wrong")


def test_what_is_wrong_with_a_situation_is_said():
    problem = problems("countermodel", 5)[0]
    argument = argument_of(problem.instance)
    place = next((name for name, sort in argument.sorts.items() if sort == "Place"), None)
    swaps = {
        "people: ": "folk: ", "true: ": "facts are ", "; things: ": "; things: none; things: ",
        "; places: ": "; places: Nowhere; people: ",
    }  # fmt: skip
    for old, new in swaps.items():
        if old in problem.reference:
            assert isinstance(FOL.parse(problem, f"Answer: {problem.reference.replace(old, new)}"), Unparsable), old
    without = problem.reference.replace("things:", "places:") if "; places" not in problem.reference else None
    for text in filter(None, (without, place and problem.reference.replace(place, "Nowhere"))):
        assert verify(problem, f"Answer: {text}").score == 0


def test_a_place_among_the_people_is_refused():
    for problem in problems("countermodel", 5):
        argument = argument_of(problem.instance)
        names = [name for name, sort in argument.sorts.items() if sort == "Place"]
        if not names:
            continue
        head, _, facts = problem.reference.partition("; true: ")
        sections = dict(part.split(": ") for part in head.split("; "))
        others = [one for one in sections["places"].split(", ") if one != names[0]] or ["9"]
        moved = f"people: {sections['people']}, {names[0]}; places: {', '.join(others)}; things: {sections['things']}"
        found = verify(problem, f"Answer: {moved}; true: {facts}")
        assert found.status == "wrong" and "must be among the places" in found.violations[0].message
        return
    raise AssertionError("no problem names a place")


def test_sections_may_stand_in_any_order_and_dress():
    for problem in problems("countermodel", 5)[:3]:
        head, _, facts = problem.reference.partition("; true: ")
        first, *rest = head.split("; ")
        for text in (
            f"{'; '.join([*reversed(rest), first])}; true: {facts}",
            f"**People:** {first.partition(': ')[2]}\n{chr(10).join(rest)}\nTrue: {facts}",
            "; ".join(f"{part.partition(': ')[0]}: {{{part.partition(': ')[2]}}}" for part in (first, *rest))
            + f"; true: {{{facts}}}",
        ):
            assert verify(problem, f"Answer: {text}").correct, text


def test_the_prompt_says_of_which_sort_every_name_is():
    for problem in problems("entail", 3, "all"):
        head = problem.prompt.split("\n\n")[0]
        sorts = problem.instance["sorts"]
        assert "nothing is of two of these kinds" in head and all(name in head for name in sorts)
        assert ("∀x:" in problem.prompt) == (problem.surface == "symbols")


@pytest.mark.parametrize("variant", FOL.variants)
def test_variants_keep_label_and_sorts(variant):
    for draft in drafts(1):
        changed = argument_of(FOL.vary("entail", draft.instance, variant, Stream(variant)))
        before = argument_of(draft.instance)
        assert changed.label == draft.label and changed.used_sorts == before.used_sorts
        assert sorted(changed.sorts.values()) == sorted(before.sorts.values())
        for formula in changed.formulas:
            check_sorts(formula, changed, {})


def test_the_words_are_of_one_part_of_speech_and_no_lexicon_word():
    forms = lexicon().forms
    used = [word for words in WORDS.values() for word in words]
    assert len(set(map(symbol_of, used))) == len(used) and WORDS.keys() <= PROFILES.keys()
    people = {symbol_of(word) for word, form in forms.items() if form.category in ("role", "adjective", "verb")}
    assert not people & set(map(symbol_of, used))
    assert not set(SORTS) & (people | set(map(symbol_of, used)))
    # A chain takes two steps at most over places, four chains make an argument, and two kinds more stand beside them.
    assert all(len(words) >= 9 for words in WORDS.values())


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_model_without_sorts_becomes_one_with_sorts(data):
    """Every model of erased formulas is split into sorts; the formulas have no equality."""
    profiles = {"P": ("Person",), "Q": ("Place",), "V": ("Person", "Place")}
    texts = [
        "∀x (P(x) → ∃y (Q(y) ∧ V(x, y)))", "∃y (Q(y) ∧ ∀x ¬V(x, y))", "∀x ∀y V(x, y)", "∃x ¬P(x)", "∃y ¬Q(y)",
        "P(a)", "¬P(a)", "V(a, b)", "∀y (V(a, y) → Q(y))",
    ]  # fmt: skip
    size = data.draw(st.integers(1, 3))
    spots = range(size)
    unary = {name: data.draw(st.frozensets(st.tuples(st.sampled_from(spots)))) for name in ("P", "Q")}
    pairs = data.draw(st.frozensets(st.tuples(st.sampled_from(spots), st.sampled_from(spots))))
    constants = {name: data.draw(st.sampled_from(spots)) for name in "ab"}
    structure = Structure(size, constants, {("P", 1): unary["P"], ("Q", 1): unary["Q"], ("V", 2): pairs})
    formulas = [with_sorts(parse(text).formula, profiles) for text in texts]
    assert [render(without_sorts(one)) for one in formulas] == [render(parse(text).formula) for text in texts]
    true = [one for one in formulas if evaluate(without_sorts(one), structure)]
    found = split(structure, true, {"a": "Person", "b": "Place"}, profiles, ("Person", "Place"))
    assert satisfies(found, true) and found.size <= 2 * size


def test_foreign_sorts_are_refused():
    (instance, *_) = (draft.instance for draft in drafts(0))
    name = next(iter(instance["sorts"]))
    for bad in (
        {**instance, "sorts": {name: "Planet"}},
        {**instance, "sorts": {}},
        {**instance, "sorts": [name]},
        {**instance, "sorts": {**instance["sorts"], "Nobody": "Person"}},
        {**instance, "premises": [*instance["premises"], f"{name} = {name}"]},
        {**instance, "premises": [text.replace(":Person", "") for text in instance["premises"]]},
        {**instance, "sorts": dict.fromkeys(instance["sorts"], "Thing")},
        {**instance, "premises": ["∀x:Planet P(x)"], "words": {**instance["words"], "P": ["role", "baker"]}},
    ):
        with pytest.raises(InputError):
            argument_of(bad)
