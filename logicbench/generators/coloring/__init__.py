"""Graph colouring: the family `coloring`.

Why labels are right: every colourable instance has a colouring that was checked edge by edge, every uncolourable one
was refuted by a SAT solver on an encoding that the tests compare with plain backtracking, and answers to `color`,
`certify` and `verify` are checked against the graph itself.
"""

from logicbench.generators.coloring.family import FAMILY, ColoringFamily
from logicbench.generators.coloring.knobs import ColoringKnobs
from logicbench.generators.coloring.thresholds import threshold_edges

__all__ = ["FAMILY", "ColoringFamily", "ColoringKnobs", "threshold_edges"]
