"""Rule theories in the manner of RuleTaker and ProofWriter: the family `rules`.

Why labels are right: the text of an instance is what is solved (it is read back before it is checked); in the closed
world by the program's one perfect model, in the open world by a SAT solver over all situations that fit the
statements. Derivations are checked step by step, missing facts by adding them and deriving anew.
"""

from logicbench.generators.rules.family import FAMILY, RulesFamily
from logicbench.generators.rules.knobs import RulesKnobs

__all__ = ["FAMILY", "RulesFamily", "RulesKnobs"]
