from __future__ import annotations

import sys
import types

import pytest
from chat_server import ChatServer
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


@pytest.fixture
def serve(monkeypatch):
    """Start a chat server of some style and an openai backend that talks to it."""
    from logicbench.models.openai import OpenAIBackend
    from logicbench.models.openai_options import OpenAIOptions

    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    opened = []

    def start(options=None, model="tiny", **style):
        server = ChatServer(**style)
        opened.append(server)
        settings = {"base_url": server.url, "first_wait": 0.01, **(options or {})}
        backend = OpenAIBackend(model, OpenAIOptions(**settings))
        opened.append(backend)
        server.forget()
        return server, backend

    yield start
    for each in reversed(opened):
        each.close()
