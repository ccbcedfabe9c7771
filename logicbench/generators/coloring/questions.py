"""The wording of every task, for every surface.

Questions say what an answer looks like and never show one, so that a completion that repeats a prompt holds no answer.
"""

from __future__ import annotations

from logicbench.generators.coloring.views import View, listed

_FINISH = 'Finish with a line that says "Answer:" and, below it,'


def _palette(view: View) -> str:
    lexicon = view.lexicon
    if lexicon.k == 1:
        return f"the {lexicon.world.value} {lexicon.palette()[0]}"
    if lexicon.colours is None and lexicon.k > 4:
        return f"the {lexicon.world.values} 1 to {lexicon.k}"
    return f"the {lexicon.world.values} {listed(lexicon.palette())}"


def _proper(view: View) -> str:
    world = view.lexicon.world
    return f"any two {world.items} that {world.joined} {world.apart}"


def _plan(view: View) -> str:
    return f"{view.lexicon.world.plan} that uses only {_palette(view)} and in which {_proper(view)}"


def _lines(view: View) -> str:
    world, order = view.lexicon.world, view.lexicon.order
    return f"one line for each of the {order} {world.items}: {world.item_key}, a colon and its {world.value}"


def color(view: View) -> str:
    """Ask for a colouring."""
    return f"Find {_plan(view)}. There is at least one.\n\n{_FINISH} {_lines(view)}."


def decide(view: View) -> str:
    """Ask whether a colouring exists."""
    return (
        f"Is there {_plan(view)}?\n\n"
        'Finish with one line that starts with "Answer:" and then gives YES if there is one, or NO if there is none.'
    )


def chromatic(view: View) -> str:
    """Ask for the chromatic number."""
    world = view.lexicon.world
    return (
        f"What is the smallest number of {world.values} that suffices for {world.plan} in which {_proper(view)}?\n\n"
        'Finish with one line that starts with "Answer:" and then gives the number, in digits.'
    )


def verify(view: View, proposal: str) -> str:
    """Ask what is wrong with a proposed colouring."""
    world = view.lexicon.world
    return (
        f"Here is a proposal for {world.plan} in which {_proper(view)}:\n\n{proposal}\n\n"
        f"The proposal may contain mistakes. Find all of them: all pairs of {world.items} that {world.joined} and yet "
        f"{world.together}.\n\n"
        f'{_FINISH} one line for each such pair: {world.item_key}, " - ", and the same for the other {world.item} of '
        "the pair. If there is no such pair, write the word none instead."
    )


def certify(view: View) -> str:
    """Ask for a colouring, or for a proof that there is none."""
    world = view.lexicon.world
    item, items, plan, k = world.item, world.items, world.plan.split(" ", 1)[1], view.lexicon.k
    proofs = [
        f'- on one line, the word "clique", a colon, and {k + 1} {items}, separated by commas, any two of which '
        f"{world.joined};",
        f'- on one line, the word "core", a colon, and {items}, separated by commas, for which alone, leaving out all '
        f"others, there is no such {plan}, although there would be one if any single one of them were left out as "
        "well;",
        '- the word "proof" and a colon, and below it the steps of a proof, one on each line. A step has the form X = '
        f"Y, where X and Y are {items}, and says that in every such {plan} X and Y {world.together}; or the form X != "
        f"Y, which says that in every such {plan} X and Y {world.apart}; or it consists of several of these "
        f"statements, joined by the word or, and says that in every such {plan} at least one of them is true. A step "
        f"is accepted if assuming that all its statements are false leads to a contradiction at once. In this check, "
        f"{items} known to be equal in this sense count as one {item}, and {items} known to be different count as "
        f"{items} that {world.joined}. "
        "What is known is the assumption and the earlier steps; an earlier step with several statements makes the last "
        "of them known once all its others are known to be false. The contradiction is either that "
        f"{_one(item)} {world.joined_one} itself, or that there are {k + 1} {items} any two of which {world.joined}. "
        "The last line is the word contradiction, which is accepted if the earlier steps alone lead to one.",
    ]
    if k == 3:
        proofs.insert(
            1,
            f'- on one line, the word "wheel", a colon, one {item}, a semicolon, and then, separated by commas, an odd '
            f"number of other {items}, at least 3, where each {world.joined_one} the next one, the last "
            f"{world.joined_one} the first, and each of them {world.joined_one} the {item} before the semicolon;",
        )
    return (
        f"Is there {_plan(view)}? Prove your answer.\n\n"
        f'If there is one, finish with a line that says "Answer:" and, below it, {_lines(view)}.\n\n'
        'If there is none, finish with a line that says "Answer:" and, below it, one of these proofs:\n'
        + "\n".join(proofs)
    )


def _one(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
