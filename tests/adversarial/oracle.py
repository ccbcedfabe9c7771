"""A second opinion on accepted answers, by exhaustion, Z3 or Tarski's clauses, sharing no code with the checkers."""

from itertools import combinations, product

from support.argument_oracle import Undecided, z3_label, z3_satisfiable
from support.rules_oracle import Text, literal

from logicbench.family import get_family
from logicbench.generators.rules.task import case_of
from logicbench.generators.rules.wording import show
from logicbench.logic.english import get_fragment, to_fol
from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.syntax import Constant, Equal, Forall, Iff, Not, Variable, disjunction
from logicbench.logic.fol.transform import signature
from logicbench.seeding import Stream


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


# --- first-order logic and English ------------------------------------------------------------------------------------


def true_in(node, people, tables, bound=None):
    """Evaluate a formula by Tarski's clauses.

    Args:
        node: The formula.
        people: The individuals.
        tables: Name -> individual of a constant, set of tuples of a predicate, or dict of a function.
        bound: Variable -> individual.
    """
    bound = bound or {}
    kind = type(node).__name__

    def term(one):
        if type(one).__name__ == "Variable":
            return bound[one.name]
        if type(one).__name__ == "Constant":
            return tables[one.name]
        return tables[one.name][term(one.arguments[0])]

    def part(one):
        return true_in(one, people, tables, bound)

    if kind == "Predicate":
        return tuple(map(term, node.arguments)) in tables.get(node.name, ())
    if kind == "Equal":
        return term(node.left) == term(node.right)
    if kind in ("Forall", "Exists"):
        values = (true_in(node.body, people, tables, {**bound, node.variable.name: one}) for one in people)
        return all(values) if kind == "Forall" else any(values)
    return {
        "Not": lambda: not part(node.body),
        "And": lambda: all(map(part, node.operands)),
        "Or": lambda: any(map(part, node.operands)),
        "Implies": lambda: part(node.right) if part(node.left) else True,
        "Iff": lambda: part(node.left) == part(node.right),
    }[kind]()


def _formulas(instance):
    texts = (*instance["premises"], instance["conclusion"])
    return [parse(text, "unicode", "strict").formula for text in texts]


def _tables(value, signature):
    """Read a situation; None if it does not say who everybody is."""
    people, facts = list(value[0]) or [""], value[1]
    tables = {name: set() for name, _ in signature.predicates}
    tables |= {name: name for name in signature.constants if name in people}
    tables |= {name: {} for name, _ in signature.functions}
    for kind, *rest in facts:
        if kind != "=":
            tables[kind].add(tuple(rest))
            continue
        name, *row, image = rest
        if row and tables[name].setdefault(row[0], image) != image:
            return None
        if not row and tables.setdefault(name, image) != image:
            return None
    whole = all(name in tables for name in signature.constants)
    return (
        (people, tables) if whole and all(tables[name].keys() == {*people} for name, _ in signature.functions) else None
    )


def _shows(formulas, value, conclusion):
    found = _tables(value, signature(formulas))
    if found is None:
        return False
    *premises, end = [true_in(formula, *found) for formula in formulas]
    return all(premises) and end == conclusion


def _is_core(formulas, numbers, follows):
    """Whether the conclusion (or its denial) follows from the numbered premises and from no fewer of them."""
    end = Not(formulas[-1]) if follows else formulas[-1]
    chosen = [formulas[number - 1] for number in numbers]
    parts = [[*chosen[:place], *chosen[place + 1 :], end] for place in range(len(chosen))]
    return not z3_satisfiable([*chosen, end]) and all(map(z3_satisfiable, parts))


def _argument(problem, value):
    formulas, task = _formulas(problem.instance), problem.task
    if task == "countermodel":
        return _shows(formulas, value[0], False)
    label, shown = value if task == "certify" else (value, None)
    truth = z3_label(problem.instance)
    if problem.family == "skills":
        truth = "valid" if truth == "true" else "invalid"
    if label != truth or shown is None:
        return label == truth
    if label in ("valid", "true", "false"):
        return _is_core(formulas, shown, label != "false")
    if label == "invalid":
        return _shows(formulas, shown[0], False)
    return any(
        _shows(formulas, one, True) and _shows(formulas, other, False) for one, other in (shown, tuple(reversed(shown)))
    )


def _translation(problem, value):
    language = get_fragment(problem.instance["fragment"])
    gold = to_fol(language.read(problem.instance["sentences"][0]))
    return not z3_satisfiable([Not(Iff(gold, value))])


def _closed(people):
    """Say that there is nobody else, and that different names stand for different people."""
    x = Variable("x")
    names = [Constant(name.lower()) for name in people]
    apart = [Not(Equal(one, other)) for one, other in combinations(names, 2)]
    return [Forall(x, disjunction([Equal(x, name) for name in names])), *apart] if names else []


def _nlsat(problem, value):
    instance, task = problem.instance, problem.task
    language = get_fragment(instance["fragment"])
    sentences = [to_fol(language.read(text)) for text in instance["sentences"]]
    everybody = _closed(instance["people"])
    if task == "entail":
        query = to_fol(language.read(instance["query"]))
        can = z3_satisfiable([*everybody, *sentences, query]), z3_satisfiable([*everybody, *sentences, Not(query)])
        return value == {(True, True): "unknown", (True, False): "true", (False, True): "false"}[can]
    consistent = z3_satisfiable([*everybody, *sentences])
    if task == "decide":
        return value == ("sat" if consistent else "unsat")
    label, shown = value
    if label == "sat":
        people, facts = shown
        tables = {name.lower(): name for name in people}
        for atom in facts:
            tables.setdefault(atom.predicate.replace("-", "_"), set()).add(tuple(atom.arguments))
        return all(true_in(sentence, people or ("#",), tables) for sentence in sentences)
    chosen = [sentences[number - 1] for number in shown]
    if z3_satisfiable([*everybody, *chosen]):
        return False
    limit = instance.get("limit")
    if limit is not None:
        return len(chosen) <= limit
    return all(z3_satisfiable([*everybody, *chosen[:i], *chosen[i + 1 :]]) for i in range(len(chosen)))


def _rules(problem, value):
    shown = get_family("rules").render(problem.task, problem.instance, "logic", Stream("oracle"))
    case, text = case_of(problem.instance), Text(shown.prompt)
    say = show(case.theory, case.closed, "logic", Stream("oracle")).say
    if problem.task == "answer":
        return value == text.label()
    if problem.task == "missing-fact":
        return text.is_missing_fact(literal(say(value)))
    lines = [
        f"S{number}: {step.rule} from {', '.join([*map(str, step.facts), *(f'S{s}' for s in step.steps)]) or 'nothing'}"
        f": {say(step.conclusion)}"
        for number, step in enumerate(value, 1)
    ]
    return text.is_proof("\n".join(lines))


_known = {}


def agrees(problem, value):
    """Return whether an accepted value is right, None where this oracle does not know the task or Z3 cannot say."""
    key = problem.id, repr(value)
    if key not in _known:
        try:
            _known[key] = _agrees(problem, value)
        except Undecided:
            _known[key] = None
    return _known[key]


def _agrees(problem, value):
    if problem.family == "sat" and problem.task != "entail":
        return _sat(problem, value)
    if problem.family == "coloring":
        return _coloring(problem, value)
    if problem.task in ("translate", "verbalize"):
        return _translation(problem, value)
    judge = {"fol": _argument, "skills": _argument, "nlsat": _nlsat, "rules": _rules}.get(problem.family)
    if judge is not None:
        return judge(problem, value)
    return value == problem.label if problem.label is not None and isinstance(value, str) else None
