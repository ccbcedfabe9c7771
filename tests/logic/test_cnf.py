import itertools
import json
import pickle
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logicbench.errors import InputError
from logicbench.logic import cnf as cnf_module
from logicbench.logic.cnf import CNF, MAX_VARS, CompiledCNF, is_tautology, normalized_clause


@st.composite
def formulas(draw, max_vars=6, max_clauses=14):
    num_vars = draw(st.integers(0, max_vars))
    literals = st.sampled_from([lit for v in range(1, num_vars + 1) for lit in (v, -v)])
    clause = st.lists(literals, max_size=4).map(tuple) if num_vars else st.just(())
    return CNF(num_vars, tuple(draw(st.lists(clause, max_size=max_clauses))))


def naive_falsified(cnf, values):
    return [
        index
        for index, clause in enumerate(cnf.clauses)
        if not any(values[lit - 1] if lit > 0 else not values[-lit - 1] for lit in clause)
    ]


def all_assignments(cnf):
    return itertools.product([False, True], repeat=cnf.num_vars)


@given(formulas())
def test_falsified_clauses_are_those_of_the_definition(cnf):
    for values in all_assignments(cnf):
        expected = naive_falsified(cnf, values)
        assert cnf.falsified(values) == expected
        assert cnf.evaluate(values) == (not expected)
        assert cnf.compile().count_falsified(values) == len(expected)


@given(formulas())
def test_the_clausewise_evaluator_for_large_formulas_agrees(cnf):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cnf_module, "_TABLE_BITS", -1)
        large = CompiledCNF(cnf)
    assert large._columns is None
    for values in all_assignments(cnf):
        assert large.falsified(values) == cnf.falsified(values)
        assert large.evaluate(values) == cnf.evaluate(values)
        assert large.count_falsified(values) == cnf.compile().count_falsified(values)


def test_a_formula_with_many_unused_variables_compiles_in_little_memory():
    assert CNF(MAX_VARS, ((1,),)).compile()._columns is None


@pytest.mark.parametrize("values", [[], [True], [True, False, True]])
def test_an_assignment_of_the_wrong_length_is_refused(values):
    with pytest.raises(InputError, match="2 variables"):
        CNF(2, ((1, 2),)).evaluate(values)


@pytest.mark.parametrize(
    ("num_vars", "clauses", "message"),
    [
        (2, ((1, 2), (3,)), "clause 1 holds the literal 3, but the formula has 2 variables"),
        (2, ((1, -3),), "clause 0 holds the literal -3"),
        (2, ((1, 0),), "clause 0 holds the literal 0"),
        (2, ((True,),), "clause 0 holds True, which is not an integer"),
        (2, ((1,), ("2",)), "clause 1 holds '2'"),
        (2, ((1.0,),), "clause 0 holds 1.0"),
        (2, ((None,),), "clause 0 holds None"),
        (2, (([],),), "clause 0 holds"),
        (-1, (), "number of variables"),
        (True, (), "number of variables"),
        (MAX_VARS + 1, (), "number of variables"),
        ("2", (), "number of variables"),
        (1, (5,), "a clause must be a sequence"),
    ],
)
def test_wrong_formulas_are_refused_with_clause_and_literal(num_vars, clauses, message):
    with pytest.raises(InputError, match=message):
        CNF(num_vars, clauses)


def test_lists_become_tuples_so_that_equal_formulas_are_equal():
    assert CNF(2, [[1, 2], [-1]]) == CNF(2, ((1, 2), (-1,)))
    assert hash(CNF(2, [[1, 2]])) == hash(CNF(2, ((1, 2),)))
    assert CNF.of([[1, -3]]) == CNF(3, ((1, -3),))


def test_compiling_changes_neither_equality_nor_pickling():
    plain, compiled = CNF(2, ((1, 2),)), CNF(2, ((1, 2),))
    compiled.compile()
    assert plain == compiled
    assert compiled.compile() is compiled.compile()
    assert pickle.loads(pickle.dumps(compiled)) == plain
    assert pickle.loads(pickle.dumps(compiled)).evaluate([True, False])


@given(formulas(), st.randoms(use_true_random=False))
def test_the_key_ignores_order_and_repetition_but_not_meaning(cnf, rng):
    clauses = [list(clause) for clause in cnf.clauses]
    for clause in clauses:
        rng.shuffle(clause)
        if clause:
            clause.append(rng.choice(clause))
    rng.shuffle(clauses)
    if clauses:
        clauses.append(rng.choice(clauses))
    assert CNF.of(clauses, cnf.num_vars).key() == cnf.key()
    assert CNF(cnf.num_vars + 1, cnf.clauses).key() != cnf.key()
    assert cnf.normalized().key() == cnf.key()


@given(formulas(), formulas())
def test_different_normal_forms_have_different_keys(first, second):
    assert (first.key() == second.key()) == (first.normalized() == second.normalized())


@given(formulas())
def test_the_normal_form_is_equivalent_and_free_of_what_does_not_matter(cnf):
    normal = cnf.normalized()
    assert normal.normalized() == normal
    assert len(set(normal.clauses)) == normal.num_clauses
    for clause in normal.clauses:
        assert not is_tautology(clause)
        assert [abs(lit) for lit in clause] == sorted({abs(lit) for lit in clause})
    for values in all_assignments(cnf):
        assert normal.evaluate(values) == cnf.evaluate(values)


def test_tautologies_and_normal_clauses():
    assert is_tautology((1, 2, -1))
    assert not is_tautology((1, 2, 1))
    assert not is_tautology(())
    assert normalized_clause((3, -1, 3, 2)) == (-1, 2, 3)


@given(formulas(), st.randoms(use_true_random=False))
def test_renaming_carries_models_over_and_can_be_undone(cnf, rng):
    images = [v * rng.choice((1, -1)) for v in range(1, cnf.num_vars + 1)]
    rng.shuffle(images)
    renamed = cnf.renamed(images)
    assert renamed == cnf.renamed(dict(enumerate(images, 1)))
    inverse = {abs(image): v if image > 0 else -v for v, image in enumerate(images, 1)}
    assert renamed.renamed(inverse) == cnf
    for values in all_assignments(cnf):
        moved = [False] * cnf.num_vars
        for value, image in zip(values, images, strict=True):
            moved[abs(image) - 1] = value == (image > 0)
        assert renamed.falsified(moved) == cnf.falsified(values)


@pytest.mark.parametrize("images", [[1], [1, 1], [1, 3], [1, 0], {1: 2}, {1: 2, 3: 1}, [1, -1]])
def test_a_renaming_that_is_not_one_to_one_is_refused(images):
    with pytest.raises(InputError, match="one to one"):
        CNF(2, ((1, 2),)).renamed(images)


def test_subset_picks_clauses_in_the_order_given():
    cnf = CNF(3, ((1,), (2,), (3,)))
    assert cnf.subset([2, 0]).clauses == ((3,), (1,))
    for index in (3, -1):
        with pytest.raises(InputError, match="no clause"):
            cnf.subset([index])


@given(formulas())
def test_json_goes_there_and_back(cnf):
    data = json.loads(json.dumps(cnf.to_json()))
    assert set(data) == {"num_vars", "clauses"}
    assert CNF.from_json(data) == cnf


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"num_vars": 1},
        {"clauses": []},
        {"num_vars": 1, "clauses": 3},
        {"num_vars": 1, "clauses": "12"},
        {"num_vars": 1, "clauses": [3]},
        {"num_vars": 1, "clauses": ["1"]},
        {"num_vars": 1, "clauses": [["1"]]},
        {"num_vars": 1, "clauses": [[2]]},
        {"num_vars": 1.0, "clauses": []},
        {"num_vars": None, "clauses": []},
        {"num_vars": 1, "clauses": [{"a": 1}]},
    ],
)
def test_malformed_json_is_refused(data):
    with pytest.raises(InputError):
        CNF.from_json(data)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["num_vars", "clauses"]), inner),
    max_leaves=8,
)


@given(_JSON)
def test_any_json_gives_a_formula_or_an_input_error(data):
    try:
        cnf = CNF.from_json(data)
    except InputError:
        return
    assert CNF.from_json(cnf.to_json()) == cnf


def test_evaluating_a_threshold_formula_agrees_with_the_definition():
    rng = random.Random(1)
    clauses = [[v * rng.choice((1, -1)) for v in rng.sample(range(1, 51), 3)] for _ in range(219)]
    cnf = CNF.of(clauses, 50)
    for _ in range(50):
        values = [rng.random() < 0.5 for _ in range(50)]
        assert cnf.falsified(values) == naive_falsified(cnf, values)
