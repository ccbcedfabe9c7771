"""Independent verdicts on arguments: Z3 without our prover, and truth tables by Python's own operators."""

from __future__ import annotations

from itertools import product

import z3

from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.syntax import Not
from logicbench.logic.fol.transform import signature


class Undecided(AssertionError):
    """Z3 cannot say."""


def z3_satisfiable(formulas):
    """Return whether Z3 finds the formulas satisfiable together; individuals are of one sort."""
    symbols = signature(formulas)
    individual = z3.DeclareSort("U")
    declared = {name: z3.Function(name, *[individual] * arity, z3.BoolSort()) for name, arity in symbols.predicates}
    declared |= {name: z3.Function(name, *[individual] * arity, individual) for name, arity in symbols.functions}
    declared |= {name: z3.Const(name, individual) for name in symbols.constants}
    solver = z3.Solver()
    solver.set("timeout", 60_000)
    for formula in formulas:
        solver.add(_z3(formula, declared, individual, {}))
    found = solver.check()
    if found == z3.unknown:
        raise Undecided(str(formulas)[:200])
    return found == z3.sat


def _z3(node, declared, individual, bound):
    kind = type(node).__name__
    if kind == "Variable":
        return bound[node.name]
    if kind == "Constant":
        return declared[node.name]
    if kind == "Truth":
        return z3.BoolVal(node.value)
    if kind == "Count":
        raise Undecided("it counts")
    if kind in ("Forall", "Exists"):
        variable = z3.FreshConst(individual)
        body = _z3(node.body, declared, individual, {**bound, node.variable.name: variable})
        return (z3.ForAll if kind == "Forall" else z3.Exists)([variable], body)
    parts = [_z3(child, declared, individual, bound) for child in node.children]
    if kind in ("Predicate", "Function"):
        return declared[node.name](*parts)
    make = {
        "Not": z3.Not, "And": z3.And, "Or": z3.Or, "Implies": z3.Implies, "Xor": z3.Xor,
        "Iff": lambda a, b: a == b, "Equal": lambda a, b: a == b,
    }[kind]  # fmt: skip
    return make(*parts)


def z3_label(instance):
    """Return true, false, unknown or inconsistent, as Z3 sees it."""
    premises = [parse(text, "unicode", "strict").formula for text in instance["premises"]]
    conclusion = parse(instance["conclusion"], "unicode", "strict").formula
    holds, fails = z3_satisfiable([*premises, conclusion]), z3_satisfiable([*premises, Not(conclusion)])
    return {(True, True): "unknown", (True, False): "true", (False, True): "false"}.get((holds, fails), "inconsistent")


def table_valid(premises, conclusion):
    """Return whether a propositional argument is valid, by its truth table."""
    letters = [name for name, _ in signature([*premises, conclusion]).predicates]
    sources = [_python(formula) for formula in (*premises, conclusion)]
    for values in product((False, True), repeat=len(letters)):
        row = dict(zip(letters, values, strict=True))
        *given, end = (eval(source, {"__builtins__": {}}, row) for source in sources)
        if all(given) and not end:
            return False
    return True


def _python(formula):
    kind = type(formula).__name__
    parts = [_python(child) for child in formula.children]
    if kind == "Predicate":
        return formula.name
    return {
        "Not": "(not {})", "And": "({} and {})", "Or": "({} or {})", "Implies": "((not {}) or {})", "Iff": "({} == {})",
    }[kind].format(*parts)  # fmt: skip
