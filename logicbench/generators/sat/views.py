"""The surfaces of a CNF formula: mathematics, DIMACS, program code, and two kinds of story.

A view shows a formula and supplies the words with which `logicbench.generators.sat.questions` asks about it, so each
task is worded once and fits every surface. Templates, names and the order of names are seeded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from logicbench.generators.sat.stories import DOMAINS, Domain
from logicbench.logic.cnf import CNF
from logicbench.seeding import Stream

Weights = Sequence[int] | None


@dataclass(frozen=True, slots=True)
class View:
    """A formula shown in one surface, and the words of that surface."""

    statement: str
    """The text that shows the formula."""
    names: tuple[str, ...]
    """What the variables are called, in order."""
    template: str
    """Which template was drawn."""
    positive: Callable[[int], str]
    """States that a variable (counted from 1) is true."""
    negative: Callable[[int], str]
    digits: str
    """Explains an assignment as a string of digits."""
    assignment: str = "an assignment of true or false to the variables"
    assignments: str = "assignments"
    clause: str = "clause"
    clauses: str = "clauses"
    variable: str = "variable"
    satisfied: str = "true"
    broken: str = "false"
    who: str = "that"
    """Relative pronoun of the clauses."""
    same: str = "have the same value"
    """Said of variables with one value in several assignments."""
    false: str = "false"
    """Said of a variable whose value is the negative one."""
    everything: str = "every clause is true"
    premises: str = "the clauses above"
    """What a proof starts from."""
    words: tuple[str, str] = ("SAT", "UNSAT")
    """Answers to the question whether everything can be so."""
    values: Mapping[str, bool] = field(default_factory=dict)
    """Words for the two truth values, for reading answers."""

    def fact(self, literal: int) -> str:
        """Return the statement that a literal is true."""
        return self.positive(literal) if literal > 0 else self.negative(-literal)


def view(surface: str, formula: CNF, weights: Weights, stream: Stream) -> View:
    """Show a formula in a surface."""
    return _SURFACES[surface](formula, weights, stream)


def _weighed(weights: Weights, clause: str) -> list[str]:
    """Return the sentence that explains the weights on lines, if there are any."""
    return [] if weights is None else [f"The weight of each {clause} stands in brackets at the end of its line."]


def _weight(weights: Weights, index: int) -> str:
    return "" if weights is None else f" [weight {weights[index]}]"


# --- mathematics ----------------------------------------------------------------------------------------------------


def _math(formula: CNF, weights: Weights, stream: Stream) -> View:
    style = stream.choice(("latex", "unicode", "sets"))
    size, count = formula.num_vars, formula.num_clauses
    if style == "latex":
        names = [f"x_{{{v}}}" for v in range(1, size + 1)]
        negation, join, left, right = r"\neg ", r" \lor ", "(", ")"
        line, last = "$C_{{{index}}} = {clause}${weight}", f"$x_{{{size}}}$"
        opening = "Let $x_{1}$ be a propositional variable"
        if size > 1:
            opening = f"Let $x_{{1}}, \\ldots, x_{{{size}}}$ be propositional variables"
        clauses = f"be the conjunction of these {count} clauses" if count > 1 else "consist of this one clause"
        note = f"and let $F$ {clauses}:"
    elif style == "unicode":
        names = [f"x{v}" for v in range(1, size + 1)]
        negation, join, left, right = "¬", " ∨ ", "(", ")"
        line, last = "C{index}: {clause}{weight}", f"x{size}"
        has = f"the {size} variables x1 to {last}" if size > 1 else "the variable x1"
        opening = f"A formula in conjunctive normal form has {has}"
        clauses = f"is the conjunction of these {count} clauses" if count > 1 else "consists of this one clause"
        note = f"and {clauses} (¬ is negation, ∨ is inclusive or):"
    else:
        names = [f"x{v}" for v in range(1, size + 1)]
        negation, join, left, right = "not ", ", ", "{", "}"
        line, last = "{index}. {clause}{weight}", f"x{size}"
        has = f"the variables x1 to {last}" if size > 1 else "the variable x1"
        opening, subject = f"Below are {count} sets of literals over {has}", "each set"
        if count == 1:
            opening, subject = f"Below is one set of literals over {has}", "this set"
        note = f"and {subject} is a clause, which is true when at least one of its literals is true:"

    shown = ["", *names, *(negation + name for name in reversed(names))]  # a negative literal indexes from the end
    lines = [
        line.format(
            index=index + 1,
            clause=left + join.join([shown[literal] for literal in clause]) + right,
            weight="" if weights is None else _weight(weights, index),
        )
        for index, clause in enumerate(formula.clauses)
    ]
    first = "$x_{1}$" if style == "latex" else "x1"
    quoted = [f"${name}$" for name in names] if style == "latex" else names
    return View(
        statement="\n\n".join([f"{opening}, {note}", "\n".join(lines), *_weighed(weights, "clause")]),
        names=tuple(f"x{v}" for v in range(1, size + 1)),
        template=style,
        positive=lambda v: f"{quoted[v - 1]} is true",
        negative=lambda v: f"{quoted[v - 1]} is false",
        digits=_digits(size, f"in the order from {first} to {last}"),
    )


def _digits(size: int, order: str, positive: str = "true", negative: str = "false") -> str:
    if size == 1:
        return f"one digit, 1 for {positive} or 0 for {negative}"
    return f"{size} digits, 1 for {positive} and 0 for {negative}, {order}"


# --- DIMACS ---------------------------------------------------------------------------------------------------------

_DIMACS_INTRO = {
    "plain": (
        "Here is a formula in conjunctive normal form, in DIMACS format. Each line below the header is a clause, which "
        "is true when at least one of its literals is true, and ends with 0; a number is a variable, and a minus sign "
        "negates it."
    ),
    "explained": (
        "The following text is a CNF formula in DIMACS format: variables are numbered from 1, a minus sign negates a "
        "variable, and each line after the header is a clause, ended by 0, that is true when at least one of its "
        "literals is true."
    ),
    "file": (
        "A SAT solver is given the following DIMACS file. A line that begins with c is a comment, and the one that "
        "begins with p is the header. Each line after it is a clause, ended by 0, that is true when at least one of "
        "its literals is true; a number is a variable, and a minus sign negates it."
    ),
}


def _dimacs(formula: CNF, weights: Weights, stream: Stream) -> View:
    style = stream.choice(tuple(_DIMACS_INTRO))
    size, count = formula.num_vars, formula.num_clauses
    lines = [f"p cnf {size} {count}"]
    lines += [" ".join(map(str, clause)) + " 0" for clause in formula.clauses]
    if style == "file":
        lines.insert(0, f"c {size} variable{'s' * (size > 1)}, {count} clause{'s' * (count > 1)}")
    numbered = f"Clauses are numbered from 1 to {count} in the order of their lines."
    note = f"{_DIMACS_INTRO[style]} {numbered if count > 1 else 'There is one clause, number 1.'}"
    if weights is not None:
        listed = ", ".join(map(str, weights))
        note += f" The weights of the clauses, in the same order, are: {listed}."
    return View(
        statement=note + "\n\n" + "\n".join(lines),
        names=tuple(f"x{v}" for v in range(1, size + 1)),
        template=style,
        positive=lambda v: f"variable {v} is true",
        negative=lambda v: f"variable {v} is false",
        digits=_digits(size, f"in the order of the variables 1 to {size}"),
    )


# --- program code ---------------------------------------------------------------------------------------------------


def _python(names: Sequence[str], rows: Sequence[str]) -> str:
    body = "\n".join(f"        {'and ' if i else '    '}({row})  # {i + 1}" for i, row in enumerate(rows))
    return f"```python\ndef check({', '.join(names)}):\n    return (\n{body}\n    )\n```"


def _asserts(names: Sequence[str], rows: Sequence[str]) -> str:
    body = "\n".join(f"    assert {row}  # {i + 1}" for i, row in enumerate(rows))
    return f"```python\ndef check({', '.join(names)}):\n{body}\n    return True\n```"


def _c(names: Sequence[str], rows: Sequence[str]) -> str:
    arguments = ", ".join(f"bool {name}" for name in names)
    body = "\n".join(f"    if (!({row})) return false;  // {i + 1}" for i, row in enumerate(rows))
    return f"```c\nbool check({arguments}) {{\n{body}\n    return true;\n}}\n```"


_CODE = {
    "python": (_python, "not ", " or ", "The function `check` takes {size} and combines {count}."),
    "asserts": (_asserts, "not ", " or ", "The function `check` takes {size} and tests {count}."),
    "c": (
        _c, "!", " || ", "The C function `check` takes {size} and returns true exactly when {all} hold{s}; {each} "
        "condition is what stands in the parentheses after `!`.",
    ),
}  # fmt: skip


def _code(formula: CNF, weights: Weights, stream: Stream) -> View:
    style = stream.choice(tuple(_CODE))
    write, negation, join, intro = _CODE[style]
    size = formula.num_vars
    letter = stream.choice(("x", "a", "v", "p", "flag"))
    names = tuple(f"{letter}{v}" for v in range(1, size + 1))
    terms = dict(enumerate(names, 1)) | {-v: negation + name for v, name in enumerate(names, 1)}
    rows = [join.join(terms[literal] for literal in clause) for clause in formula.clauses]
    count = formula.num_clauses
    several = count > 1
    text = intro.format(
        size=f"{size} truth values" if size > 1 else "one truth value",
        count=f"{count} conditions" if several else "one condition",
        all=f"all of {count} conditions" if several else "one condition",
        s="" if several else "s",
        each="each" if several else "the",
    )
    text += f" The {'conditions are' if several else 'condition is'} numbered in the comments."
    if weights is not None:
        text += " The weights of the conditions, in order, are: " + ", ".join(map(str, weights)) + "."
    return View(
        statement=f"{text}\n\n{write(names, rows)}",
        names=names,
        template=f"{style}-{letter}",
        positive=lambda v: f"{names[v - 1]} is true",
        negative=lambda v: f"{names[v - 1]} is false",
        digits=_digits(size, f"in the order of the arguments from {names[0]} to {names[-1]}"),
        assignment="a choice of true or false for each argument",
        assignments="choices",
        clause="condition",
        clauses="conditions",
        variable="argument",
        everything="all conditions hold" if several else "the condition holds",
        premises="the conditions above",
        words=("YES", "NO"),
    )


# --- stories --------------------------------------------------------------------------------------------------------


def _story(formula: CNF, weights: Weights, stream: Stream) -> View:
    return _tell(formula, weights, stream, dual=False)


def _dual_story(formula: CNF, weights: Weights, stream: Stream) -> View:
    return _tell(formula, weights, stream, dual=True)


def _tell(formula: CNF, weights: Weights, stream: Stream, dual: bool) -> View:
    domain = stream.choice(DOMAINS)
    wording = stream.below(3)
    names = tuple(domain.names(formula.num_vars, stream))
    intro = (domain.dual_rules if dual else domain.rules)[wording]
    items = "\n".join(f"{v}. {name}" for v, name in enumerate(names, 1))
    lines = []
    for index, clause in enumerate(formula.clauses):
        wishes = [_wish(domain, names, -lit if dual else lit) for lit in clause]
        joined = (" and " if dual else " or ").join(wishes) if wording == 2 else (" + " if dual else "; ").join(wishes)
        lines.append(f"{domain.agent.capitalize()} {index + 1}: {joined}{_weight(weights, index)}")
    heading = domain.dual_heading if dual else domain.heading
    parts = [domain.opening, f"{domain.listing}\n{items}", f"{intro} {heading}", "\n".join(lines)]
    parts += _weighed(weights, domain.agent)
    return View(
        statement="\n\n".join(parts),
        names=names,
        template=f"{domain.key}-{wording}",
        positive=lambda v: f"{domain.the(names[v - 1])} is {domain.positive}",
        negative=lambda v: f"{domain.the(names[v - 1])} is {domain.negative}",
        digits=_digits(len(names), "in the order of the numbered list", domain.positive, domain.negative),
        assignment=f"a choice of {domain.positive} or {domain.negative} for each {domain.item}",
        assignments="choices",
        clause=domain.agent,
        clauses=domain.agents,
        variable=domain.item,
        satisfied=domain.satisfied,
        broken=domain.broken,
        everything=f"every {domain.agent} is {domain.satisfied}",
        who="who",
        same="are the same",
        false=domain.negative,
        premises=(
            f"the {domain.agents} above, each read as the clause that says when that {domain.agent} is "
            f"{domain.satisfied},"
        ),
        words=("YES", "NO"),
        values={domain.positive: True, domain.negative: False},
    )


def _wish(domain: Domain, names: Sequence[str], literal: int) -> str:
    return f"{names[abs(literal) - 1]} {domain.positive if literal > 0 else domain.negative}"


_SURFACES: dict[str, Callable[[CNF, Weights, Stream], View]] = {
    "math": _math,
    "dimacs": _dimacs,
    "story": _story,
    "dual-story": _dual_story,
    "code": _code,
}
SURFACES = tuple(_SURFACES)
