"""The clauses of sentences against a direct evaluation of their formulas, and against Z3."""

import itertools

import pytest
import z3
from english_theories import SENTENCES, theory, vocabulary
from pysat.solvers import Solver

from logicbench.logic.english import FRAGMENTS, Atom, World, ground, people, to_fol, witnesses
from logicbench.logic.fol.syntax import And, Constant, Exists, Forall, Implies, Not, Or, Predicate
from logicbench.seeding import Stream


def holds(formula, facts, individuals, binding):
    """Evaluate a formula in a finite structure, straight from the definition of truth."""
    match formula:
        case Predicate(name=name, arguments=arguments):
            values = tuple(binding[part.name] if not isinstance(part, Constant) else part.name for part in arguments)
            return (name, values) in facts
        case Not(body=body):
            return not holds(body, facts, individuals, binding)
        case And(operands=parts):
            return all(holds(part, facts, individuals, binding) for part in parts)
        case Or(operands=parts):
            return any(holds(part, facts, individuals, binding) for part in parts)
        case Implies(left=left, right=right):
            return not holds(left, facts, individuals, binding) or holds(right, facts, individuals, binding)
        case Forall(variable=variable, body=body):
            return all(holds(body, facts, individuals, {**binding, variable.name: one}) for one in individuals)
        case Exists(variable=variable, body=body):
            return any(holds(body, facts, individuals, {**binding, variable.name: one}) for one in individuals)
    raise AssertionError(formula)


def numbered(grounding):
    numbers = {}

    def number(literal):
        return numbers.setdefault(literal.atom, len(numbers) + 1) * (1 if literal.positive else -1)

    groups = [[[number(part) for part in clause] for clause in group] for group in grounding.groups]
    return numbers, groups, [[number(part) for part in clause] for clause in grounding.definitions]


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_clauses_say_what_the_formula_says(fragment):
    outcomes = set()
    for seed in range(250):
        stream = Stream("truth", fragment, seed)
        words = vocabulary(stream)
        sentence = SENTENCES[fragment](words, stream)
        everyone = words.names[: 4 if people([sentence]) else 1 + stream.below(3)]
        numbers, groups, definitions = numbered(ground([sentence], everyone))
        base = [atom for atom in numbers if " " not in atom.predicate]
        formula = to_fol(sentence)
        with Solver("minicard", bootstrap_with=groups[0] + definitions) as solver:
            for _ in range(6):
                density = stream.random()
                truth = {atom: stream.chance(density) for atom in base}
                facts = {
                    (atom.predicate.replace("-", "_"), tuple(name.lower() for name in atom.arguments))
                    for atom, value in truth.items()
                    if value
                }
                assumptions = [numbers[atom] if value else -numbers[atom] for atom, value in truth.items()]
                expected = holds(formula, facts, [name.lower() for name in everyone], {})
                assert solver.solve(assumptions) == expected, (sentence, facts)
                world = World(everyone, frozenset(atom for atom, value in truth.items() if value))
                assert world.holds(sentence) == expected
                outcomes.add(expected)
    assert outcomes == {True, False}


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_definitions_exclude_nothing(fragment):
    for seed in range(60):
        stream = Stream("definitions", fragment, seed)
        sentences = theory(fragment, stream, 3)
        everyone = people(sentences) or ("Agnes",)
        numbers, _, definitions = numbered(ground(sentences, everyone))
        base = [number for atom, number in numbers.items() if " " not in atom.predicate]
        with Solver("minicard", bootstrap_with=definitions) as solver:
            assert solver.solve([number if stream.bit() else -number for number in base])


def to_z3(formula, sort, constants, binding):
    def term(part):
        if isinstance(part, Constant):
            return constants.setdefault(part.name, z3.Const(part.name, sort))
        return binding[part.name]

    def recur(part, extra=None):
        return to_z3(part, sort, constants, {**binding, **(extra or {})})

    match formula:
        case Predicate(name=name, arguments=arguments):
            sorts = [sort] * len(arguments)
            return z3.Function(name, *sorts, z3.BoolSort())(*[term(part) for part in arguments])
        case Not(body=body):
            return z3.Not(recur(body))
        case And(operands=parts):
            return z3.And([recur(part) for part in parts])
        case Or(operands=parts):
            return z3.Or([recur(part) for part in parts])
        case Implies(left=left, right=right):
            return z3.Implies(recur(left), recur(right))
    quantifier = z3.ForAll if isinstance(formula, Forall) else z3.Exists
    bound = z3.FreshConst(sort)
    return quantifier([bound], recur(formula.body, {formula.variable.name: bound}))


@pytest.mark.parametrize(
    ("fragment", "size"), [("syllogistic", 4), ("syllogistic", 8), ("relative", 12), ("relative", 24)]
)
def test_named_people_and_witnesses_are_domain_enough(fragment, size):
    answers = []
    for seed in range(40):
        stream = Stream("witnesses", fragment, size, seed)
        sentences = theory(fragment, stream, size)
        _, groups, definitions = numbered(ground(sentences, people(sentences) + witnesses(sentences)))
        with Solver("minicard", bootstrap_with=[*itertools.chain(*groups), *definitions]) as solver:
            answer = solver.solve()
        sort, constants = z3.DeclareSort("Person"), {}
        prover = z3.Solver()
        prover.add([to_z3(to_fol(sentence), sort, constants, {}) for sentence in sentences])
        assert prover.check() == (z3.sat if answer else z3.unsat), sentences
        answers.append(answer)
    assert 0 < sum(answers) < len(answers)


def test_a_sentence_as_the_manual_has_it():
    fragment = FRAGMENTS["transitive"]
    sentence = fragment.read("Every baker who admires some singer and trusts Agnes envies every pilot.")
    assert fragment.write(sentence) == "Every baker who admires some singer and trusts Agnes envies every pilot."
    grounding = ground([sentence], ("Agnes",))
    atoms = {literal.atom for group in grounding.groups for clause in group for literal in clause}
    assert Atom("baker", ("Agnes",)) in atoms
    assert Atom("trust", ("Agnes", "Agnes")) in atoms
