"""Formulas for the tests of the SAT layer, and naive algorithms to compare with."""

import itertools
import random

from hypothesis import strategies as st

from logicbench.logic.cnf import CNF


def random_3sat(num_vars, num_clauses, seed):
    rng = random.Random(seed)
    variables = range(1, num_vars + 1)
    return CNF.of([[v * rng.choice((1, -1)) for v in rng.sample(variables, 3)] for _ in range(num_clauses)], num_vars)


def pigeonhole(pigeons, holes):
    """Each pigeon sits in a hole, and no two in the same one: unsatisfiable iff there are more pigeons than holes."""
    at = [[pigeon * holes + hole + 1 for hole in range(holes)] for pigeon in range(pigeons)]
    rows = [tuple(row) for row in at]
    pairs = itertools.combinations(range(pigeons), 2)
    return CNF.of(rows + [(-at[i][h], -at[j][h]) for i, j in pairs for h in range(holes)], pigeons * holes)


@st.composite
def formulas(draw, min_vars=0, max_vars=6, max_clauses=16, max_length=4):
    """Any formulas: empty clauses, tautologies and repetitions included."""
    num_vars = draw(st.integers(min_vars, max_vars))
    literals = st.sampled_from([lit for v in range(1, num_vars + 1) for lit in (v, -v)])
    clause = st.lists(literals, max_size=max_length).map(tuple) if num_vars else st.just(())
    return CNF(num_vars, tuple(draw(st.lists(clause, max_size=max_clauses))))


@st.composite
def dense_formulas(draw, min_vars=3, max_vars=7):
    """Random 3-SAT from half to twice the ratio at which half of the formulas are satisfiable."""
    num_vars = draw(st.integers(min_vars, max_vars))
    num_clauses = draw(st.integers(3 * num_vars, 9 * num_vars))
    return random_3sat(num_vars, num_clauses, draw(st.integers(0, 10**6)))


any_formulas = formulas() | dense_formulas()


def naive_rup(cnf, lemmas):
    """Return (valid, first bad line or None) by the definition of RUP."""
    known = [set(clause) for clause in cnf.clauses]
    for number, lemma in enumerate(lemmas, 1):
        if not naive_conflict(known, [-lit for lit in lemma]):
            return False, number
        if not lemma:
            return True, None
        known.append(set(lemma))
    return False, None


def naive_conflict(clauses, assumed):
    """Return whether unit propagation from the assumed literals falsifies a clause or contradicts itself."""
    true = set(assumed)
    changed = True
    while changed:
        changed = False
        if any(-lit in true for lit in true):
            return True
        for clause in clauses:
            if clause & true:
                continue
            left = [lit for lit in clause if -lit not in true]
            if not left:
                return True
            if len(left) == 1:
                true.add(left[0])
                changed = True
    return False
