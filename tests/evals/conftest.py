import sys
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parent / "plugins"


@pytest.fixture(scope="session", autouse=True)
def toy_plugin():
    """Make the toy family a registered plug-in of this process."""
    from logicbench import family

    sys.path.insert(0, str(PLUGINS))
    family._plugins.cache_clear()
    family.get_family.cache_clear()
    yield
    sys.path.remove(str(PLUGINS))
    family._plugins.cache_clear()
    family.get_family.cache_clear()
