"""Graph colouring: exact solving through SAT, heuristics, witnesses of uncolourability, and measured effort."""

from logicbench.solvers.graph_clique import CliqueResult, max_clique
from logicbench.solvers.graph_coloring import (
    DEFAULT_BUDGET,
    ChromaticResult,
    ColorResult,
    chromatic_number,
    is_coloring,
    k_color,
)
from logicbench.solvers.graph_effort import Effort, measure_effort
from logicbench.solvers.graph_greedy import (
    Coloring,
    components,
    dsatur,
    first_fit,
    greedy_clique,
    largest_first,
    peel,
)
from logicbench.solvers.graph_proof import ProofResult, Statement, Step, check_proof, prove_uncolorable
from logicbench.solvers.graph_refutation import (
    CoreResult,
    check_critical,
    critical_subgraph,
    is_clique,
    is_odd_wheel,
    odd_wheel,
)
from logicbench.solvers.graph_sat import ColoringSolver

__all__ = [
    "DEFAULT_BUDGET",
    "ChromaticResult",
    "CliqueResult",
    "ColorResult",
    "Coloring",
    "ColoringSolver",
    "CoreResult",
    "Effort",
    "ProofResult",
    "Statement",
    "Step",
    "check_critical",
    "check_proof",
    "chromatic_number",
    "components",
    "critical_subgraph",
    "dsatur",
    "first_fit",
    "greedy_clique",
    "is_clique",
    "is_coloring",
    "is_odd_wheel",
    "k_color",
    "largest_first",
    "max_clique",
    "measure_effort",
    "odd_wheel",
    "peel",
    "prove_uncolorable",
]
