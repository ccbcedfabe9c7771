"""Reading the one final answer of a completion.

`read_answer` finds the spans that a completion marks as its answer and reads each with a task's reader. Precedence
and strictness are the same for every family (see `logicbench.answers.extract`); readers for the common answer forms
are in the other modules.
"""

from logicbench.answers.assignments import read_assignment, read_literals
from logicbench.answers.extract import Reader, ReadError, answer_part, read_answer
from logicbench.answers.lists import read_clauses, read_index_set
from logicbench.answers.readers import read_integer, read_label, refuse_other_label, unwrap

__all__ = [
    "ReadError",
    "Reader",
    "answer_part",
    "read_answer",
    "read_assignment",
    "read_clauses",
    "read_index_set",
    "read_integer",
    "read_label",
    "read_literals",
    "refuse_other_label",
    "unwrap",
]
