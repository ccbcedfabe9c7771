"""First-order arguments: entailment with evidence, countermodels and translation, the family `fol`.

Why labels are right: the prover decides each instance within a fixed budget; whatever is not refuted has a finite model
that was checked by evaluating the formulas in it. Evidence in answers is checked in the same way, translations by a
proof of equivalence. Answers are read by parsers and never run.
"""

from logicbench.generators.fol.family import FAMILY, FolFamily
from logicbench.generators.fol.knobs import FolKnobs

__all__ = ["FAMILY", "FolFamily", "FolKnobs"]
