"""The atomic rules of logic one by one, fallacies, and compositions: the family `skills`.

Why labels are right: the prover decides each instance, whatever rule it was made from; invalid ones have a finite
countermodel that was checked by evaluating the formulas in it. Evidence in answers is checked in the same way.
"""

from logicbench.generators.skills.family import FAMILY, SkillsFamily
from logicbench.generators.skills.knobs import SkillsKnobs

__all__ = ["FAMILY", "SkillsFamily", "SkillsKnobs"]
