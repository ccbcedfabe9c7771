"""Propositional satisfiability: the family `sat`.

Why labels are right: every satisfiable instance has a model that our own evaluator accepted, every unsatisfiable one
was refuted by a SAT solver, and answers to `certify`, `assign`, `mcs`, `mus` are checked against the formula itself.
"""

from logicbench.generators.sat.family import FAMILY, SatFamily
from logicbench.generators.sat.knobs import SatKnobs, threshold_clauses

__all__ = ["FAMILY", "SatFamily", "SatKnobs", "threshold_clauses"]
