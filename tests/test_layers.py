"""The arrows of docs/architecture.md: who may import whom."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "logicbench"
FORBIDDEN = {
    "logic": {
        "solvers",
        "answers",
        "generators",
        "models",
        "evals",
        "compression",
        "rewards",
        "cli",
        "family",
        "problem",
    },
    "solvers": {"answers", "generators", "models", "evals", "compression", "rewards", "cli", "family", "problem"},
    "answers": {"logic", "solvers", "generators", "models", "evals", "compression", "rewards", "cli"},
    "generators": {"models", "evals", "compression", "rewards", "cli"},
    "models": {"generators", "evals", "compression", "rewards", "cli", "solvers", "logic"},
    "compression": {"generators", "solvers", "rewards", "cli"},
    "interop": {"models", "evals", "compression", "rewards", "cli"},
    "rewards": {"models", "compression", "cli"},
    "evals": {"compression", "rewards", "cli"},
}


def imported(path: Path) -> set[str]:
    """Return the parts of logicbench that a file imports, at the top or in functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module == "logicbench":
            names = [f"logicbench.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("logicbench.")}
    return found


@pytest.mark.parametrize("layer", FORBIDDEN)
def test_arrows_point_one_way(layer):
    wrong = {
        str(path.relative_to(PACKAGE)): sorted(imported(path) & FORBIDDEN[layer])
        for path in (PACKAGE / layer).rglob("*.py")
    }
    assert {path: names for path, names in wrong.items() if names} == {}
