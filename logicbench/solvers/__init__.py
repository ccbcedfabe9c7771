"""Ground truth: SAT, SMT, provers and graph solvers. Knows no task."""
