import inspect
import pickle

import pytest

from logicbench import errors
from logicbench.errors import InputError, LogicbenchError, MissingExtraError, UnknownNameError

MADE = [UnknownNameError("task", "decid", ["decide", "assign"]), MissingExtraError("torch", "hf")]


def test_every_kind_of_error_is_tried_here():
    kinds = {kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, LogicbenchError)}
    own = {kind for kind in kinds if "__init__" in vars(kind)}
    assert own == {type(error) for error in MADE}


@pytest.mark.parametrize("error", [*MADE, InputError.at("a.cnf", 3, "no header")], ids=lambda e: type(e).__name__)
def test_errors_cross_from_one_process_to_another(error):
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error) and str(copy) == str(error) and vars(copy) == vars(error)
