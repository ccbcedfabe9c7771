"""How each task asks about a formula, in the words of any surface.

Instructions describe the answer and never show one, so that a completion that repeats the prompt holds no answer.
"""

from __future__ import annotations

from logicbench.generators.sat.views import View

FINISH = 'Finish with one line that starts with "Answer:" and then gives'


def decide(view: View) -> str:
    """Ask whether the formula is satisfiable."""
    yes, no = view.words
    return (
        f"Is there {view.assignment} such that {view.everything}?\n\n"
        f"{FINISH} {yes} if there is one, or {no} if there is none."
    )


def assign(view: View) -> str:
    """Ask for a model."""
    return f"Find {view.assignment} such that {view.everything}. There is at least one.\n\n{FINISH} {view.digits}."


def certify(view: View, evidence: str) -> str:
    """Ask for a model or a refutation."""
    yes, no = view.words
    return (
        f"Is there {view.assignment} such that {view.everything}? Prove your answer.\n\n"
        f'If there is one, finish with one line that starts with "Answer:" and then gives the word {yes} and '
        f'{view.digits}. If there is none, finish with a line that starts with "Answer:" and then gives the word {no} '
        f"and {evidence}."
    )


def subset_evidence(view: View, limit: int | None) -> str:
    """Describe an unsatisfiable subset: minimal, or of at most `limit` clauses."""
    together = f"the numbers, separated by commas, of {view.clauses} {view.who} cannot all be {view.satisfied} together"
    if limit is not None:
        return f"{together}; name at most {limit} of them"
    return (
        f"{together}, chosen so that after leaving out any one of them the others of them could all be "
        f"{view.satisfied} together"
    )


def proof_evidence(view: View, max_lines: int) -> str:
    """Describe a refutation by reverse unit propagation."""
    return (
        f"then, on the lines below it, a refutation of at most {max_lines} lines. Each line is a clause: the signed "
        f"numbers of its literals, separated by spaces and ended by 0, where 1 says that {view.fact(1)} and -1 says "
        f"that {view.fact(-1)}. Each line must follow by unit propagation: take all its literals to be wrong; then "
        f"{view.premises} and the earlier lines must force one {view.variable} after the other, each time because "
        f"all but one literal of a clause are already wrong, until some clause has no literal left. The last line is "
        f"0, the empty clause"
    )


def maxsat(view: View, weighted: bool) -> str:
    """Ask for an assignment that breaks as little as possible."""
    goal = f"as few {view.clauses} as possible are {view.broken}"
    if weighted:
        goal = f"the total weight of the {view.clauses} {view.who} are {view.broken} is as small as possible"
    return (
        f"There is no way to make all {view.clauses} {view.satisfied}. Find {view.assignment} such that {goal}.\n\n"
        f"{FINISH} {view.digits}."
    )


def mcs(view: View) -> str:
    """Ask for a minimal correction subset."""
    return (
        f"There is no way to make all {view.clauses} {view.satisfied}. Find a set of {view.clauses} to leave out such "
        f"that all others can be {view.satisfied} together, and such that none was left out needlessly: if any single "
        f"one of them were put back, then the {view.clauses} {view.who} remain could again not all be {view.satisfied} "
        f"together.\n\n{FINISH} the numbers of the {view.clauses} you leave out, separated by commas."
    )


def mus(view: View) -> str:
    """Ask for a minimal unsatisfiable subset."""
    return (
        f"There is no way to make all {view.clauses} {view.satisfied}. Find a set of {view.clauses} {view.who} "
        f"already cannot all be {view.satisfied} together, and that is minimal: if any single one of them is left out, "
        f"the others of the set can all be {view.satisfied} together.\n\n"
        f"{FINISH} the numbers of the {view.clauses} in your set, separated by commas."
    )


def _one(view: View) -> str:
    return f"There is at least one {view.assignment.split(' ', 1)[1]} such that {view.everything}."


def backbone(view: View) -> str:
    """Ask for the literals that hold in every model."""
    return (
        f"{_one(view)} Which {view.variable}s {view.same} in all such {view.assignments}?\n\n"
        f"{FINISH} the numbers of these {view.variable}s, separated by commas, each with a minus sign in front if it "
        f"is {view.false}: 1 means that in all of them {view.fact(1)}, and -1 means that in all of them "
        f"{view.fact(-1)}. If there is none, give the word none."
    )


def count(view: View) -> str:
    """Ask for the number of models."""
    return (
        f"How many different ways are there to make {view.assignment} such that {view.everything}? Two ways are "
        f"different if they differ in at least one {view.variable}.\n\n{FINISH} the number, in digits."
    )


def entail(view: View, query: int) -> str:
    """Ask whether a literal follows from the formula."""
    return (
        f"{_one(view)} Consider the statement: {view.fact(query)}.\n\n"
        f"{FINISH} TRUE if the statement holds in all such {view.assignments}, FALSE if it holds in none of them, or "
        "UNKNOWN if it holds in some of them but not in all."
    )
