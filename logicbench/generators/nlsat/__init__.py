"""Natural-language satisfiability: the family `nlsat`.

Why labels are right: the text of an instance is what is solved (it is read back before it is checked); worlds are
checked against the statements one by one, contradictions and entailments by a SAT solver over a grounding that is
exact for the fragment.
"""

from logicbench.generators.nlsat.family import FAMILY, NlsatFamily
from logicbench.generators.nlsat.knobs import NlsatKnobs

__all__ = ["FAMILY", "NlsatFamily", "NlsatKnobs"]
