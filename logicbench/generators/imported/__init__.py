"""Questions of published data sets: nothing is generated, answers are checked against the published label.

`logicbench import` makes the problems, and says of each whether its formulas bear its label out.
"""

from logicbench.generators.imported.family import FAMILY

__all__ = ["FAMILY"]
