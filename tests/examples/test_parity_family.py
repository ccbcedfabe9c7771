"""The family of the README's guide follows the protocol and goes through the whole house."""

import importlib.util
from pathlib import Path

import pytest

import logicbench
from logicbench import family as registry
from logicbench.audit import audit
from logicbench.family import Family

PATH = Path(__file__).parents[2] / "examples" / "parity_family.py"


@pytest.fixture
def parity(monkeypatch):
    spec = importlib.util.spec_from_file_location("parity_family", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    lookup = registry.get_family
    for user in ("family", "generation", "audit"):
        replaced = lambda name: module.FAMILY if name == "parity" else lookup(name)  # noqa: E731
        monkeypatch.setattr(f"logicbench.{user}.get_family", replaced)
    return module.FAMILY


def test_the_example_is_a_family(parity):
    assert isinstance(parity, Family)


def test_references_are_right_and_their_opposites_wrong(parity):
    problems = list(logicbench.generate("parity", count=40, surface="all", variants=["permute"]))
    assert {problem.surface for problem in problems} == set(parity.surfaces)
    for problem in problems:
        assert logicbench.verify(problem, f"Answer: {problem.reference}").correct
        opposite = "OFF" if problem.reference == "ON" else "ON"
        assert logicbench.verify(problem, f"Answer: {opposite}").status == "wrong"


def test_the_audit_passes(parity):
    assert not [finding for finding in audit(list(logicbench.generate("parity", count=120))) if not finding.passed]
