"""A second opinion on accepted answers, by exhaustion and sharing no code with the checkers."""

from itertools import product


def holds(clause, model):
    return any((literal > 0) == model[abs(literal) - 1] for literal in clause)


def models(variables, clauses):
    return [m for m in product((False, True), repeat=variables) if all(holds(clause, m) for clause in clauses)]


def colorings(order, edges, colors):
    """Yield proper colourings, by backtracking over the vertices."""
    neighbours = [[] for _ in range(order + 1)]
    for u, v in edges:
        neighbours[u].append(v)
        neighbours[v].append(u)
    given = [0] * (order + 1)

    def extend(vertex):
        if vertex > order:
            yield tuple(given[1:])
            return
        for color in range(1, colors + 1):
            if all(given[other] != color for other in neighbours[vertex] if other < vertex):
                given[vertex] = color
                yield from extend(vertex + 1)
                given[vertex] = 0

    return extend(1)


def colorable(order, edges, colors):
    return next(colorings(order, edges, colors), None) is not None


def is_coloring(instance, colors):
    return (
        len(colors) == instance["order"]
        and all(1 <= color <= instance["colors"] for color in colors)
        and all(colors[u - 1] != colors[v - 1] for u, v in instance["edges"])
    )


def _sat(problem, value):
    instance, task = problem.instance, problem.task
    n, clauses = instance["num_vars"], instance["clauses"]
    whole = range(1, len(clauses) + 1)

    def contradictory(chosen):
        return not models(n, [clauses[i - 1] for i in chosen])

    def minimal(chosen):
        return all(not contradictory([i for i in chosen if i != one]) for one in chosen)

    if task == "decide":
        return value == ("sat" if models(n, clauses) else "unsat")
    if task == "assign":
        return len(value) == n and all(holds(clause, value) for clause in clauses)
    if task == "maxsat":
        satisfied = [sum(holds(clause, m) for clause in clauses) for m in (value, *product((False, True), repeat=n))]
        return len(value) == n and satisfied[0] == max(satisfied[1:])
    if task in ("mus", "mcs"):
        if len(set(value)) != len(value) or not set(value) <= set(whole):
            return False
        if task == "mus":
            return contradictory(value) and minimal(value)
        rest = [i for i in whole if i not in value]
        return not contradictory(rest) and all(contradictory([*rest, one]) for one in value)
    if task == "backbone":
        every = models(n, clauses)
        fixed = {
            i + 1 if column[0] else -i - 1 for i, column in enumerate(zip(*every, strict=True)) if len(set(column)) == 1
        }
        return sorted(value) == sorted(fixed)
    if task == "count":
        return value == len(models(n, clauses))
    if task == "certify":
        side, certificate = value
        if side == "sat":
            return len(certificate) == n and all(holds(clause, certificate) for clause in clauses)
        return not models(n, clauses) and contradictory(certificate) and minimal(certificate)
    return None


def _coloring(problem, value):
    instance, task = problem.instance, problem.task
    if task == "color":
        return is_coloring(instance, value)
    if task == "decide":
        return (value == "yes") == colorable(instance["order"], instance["edges"], instance["colors"])
    if task == "chromatic":
        return colorable(instance["order"], instance["edges"], value) and not colorable(
            instance["order"], instance["edges"], value - 1
        )
    if task == "certify":
        if value[0] == "coloring":
            return is_coloring(instance, value[1])
        return not colorable(instance["order"], instance["edges"], instance["colors"])
    if task == "verify":
        given = instance["proposal"]
        bad = {tuple(sorted(edge)) for edge in instance["edges"] if given[edge[0] - 1] == given[edge[1] - 1]}
        return {tuple(sorted(edge)) for edge in value} == bad
    return None


def agrees(problem, value):
    """Return whether an accepted value is right, None where this oracle does not know the task."""
    if problem.family == "sat" and problem.task != "entail":
        return _sat(problem, value)
    if problem.family == "coloring":
        return _coloring(problem, value)
    return value == problem.label if problem.label is not None and isinstance(value, str) else None
