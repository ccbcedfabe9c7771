from __future__ import annotations

import sys
import types

import pytest
from model_helpers import ToyFamily

from logicbench import family as family_module
from logicbench.family import get_family
from logicbench.problem import Problem


@pytest.fixture
def toy(monkeypatch):
    module = types.ModuleType("logicbench_toy_family")
    module.FAMILY = ToyFamily()
    monkeypatch.setitem(sys.modules, "logicbench_toy_family", module)
    monkeypatch.setitem(family_module._BUILT_IN, "toy", "logicbench_toy_family:FAMILY")
    get_family.cache_clear()
    yield module.FAMILY
    get_family.cache_clear()


@pytest.fixture
def problems(toy):
    return [
        Problem(
            family="toy",
            task="parity",
            surface="plain",
            version="1",
            prompt=f"Is {number} even or odd?",
            instance={"number": number},
            reference="Answer: " + ("odd" if number % 2 else "even"),
            label="odd" if number % 2 else "even",
        )
        for number in (3, 4, 8, 15, 16, 23, 42)
    ]
