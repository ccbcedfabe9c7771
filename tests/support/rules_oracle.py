"""A second implementation of rule theories, from the text of the `logic` surface alone.

It shares no code with the family: an own parser of the three styles, an own grounding, Z3 for the open world, the
alternating fixpoint (van Gelder 1989) for the closed one, and own checks of derivations and missing facts.
Literals are ``(atom, positive)`` with atoms like ``admires(anne,bob)``.
"""

import itertools
import re

import z3

_ATOM = re.compile(r"(¬|not |NOT )?([A-Za-z_]+)\(([A-Za-z, ]+)\)")


def literal(text):
    negation, name, arguments = _ATOM.fullmatch(text.strip()).groups()
    return f"{name}({arguments.replace(' ', '')})".lower(), negation is None


def statement(line):
    """Return (body, head) of a fact or rule."""
    if line.startswith("IF "):
        body, head = line[3:].split(" THEN ")
        parts = body.split(" AND ")
    elif " → " in line:
        body, head = line.split(" → ")
        parts = body.split(" ∧ ")
    elif " :- " in line:
        head, body = line.rstrip(".").split(" :- ")
        parts = re.findall(r"(?:not )?[A-Za-z_]+\([^)]*\)", body)
        assert ", ".join(parts) == body
    else:
        parts, head = [], line.rstrip(".")
    return [literal(part) for part in parts], literal(head)


class Text:
    """What the prompt of a problem in the logic surface says."""

    def __init__(self, prompt):
        lines = re.findall(r"^(\d+)\. (.*)$", prompt, re.MULTILINE)
        assert [int(number) for number, _ in lines] == list(range(1, len(lines) + 1))
        self.statements = [statement(line) for _, line in lines]
        opening = prompt.split("\n\n")[0]
        names = re.search(r"(?:people|play)[,:] (.*?)[.]", opening)[1].lower()
        self.people = re.split(r", | and ", names)
        self.query = literal(prompt.split("\n\n")[3])
        self.closed = "UNKNOWN" not in prompt and "leave open" not in prompt
        self.closed = self.closed and not re.search(r"not stated|do not tell everything", prompt)
        self.ground = [
            (number, instance)
            for number, (body, head) in enumerate(self.statements, 1)
            for instance in self.instances(body, head)
        ]

    def instances(self, body, head):
        if not any(re.search(r"[(,]x[,)]", atom) for atom, _ in (*body, head)):
            return [(body, head)]
        put = [lambda part, name=name: (re.sub(r"(?<=[(,])x(?=[,)])", name, part[0]), part[1]) for name in self.people]
        return [([one(part) for part in body], one(head)) for one in put]

    def label(self, more=()):
        query, positive = self.query
        if self.closed:
            return "true" if (query in self.perfect_model(more)) == positive else "false"
        can = [self.consistent([*more, (query, sign)]) for sign in (positive, not positive)]
        return {(True, False): "true", (False, True): "false", (True, True): "unknown"}[tuple(can)]

    def consistent(self, more=()):
        solver = z3.Solver()
        sign = lambda part: z3.Bool(part[0]) if part[1] else z3.Not(z3.Bool(part[0]))  # noqa: E731
        for _, (body, head) in self.ground:
            solver.add(z3.Or([*(z3.Not(sign(part)) for part in body), sign(head)]))
        solver.add([sign(part) for part in more])
        return solver.check() == z3.sat

    def perfect_model(self, more=()):
        """Return the true atoms of the well-founded model, which must be total."""

        def least(assumed):
            true = {atom for atom, _ in more}
            while True:
                new = {
                    head[0]
                    for _, (body, head) in self.ground
                    if all(atom in true if positive else atom not in assumed for atom, positive in body)
                }
                if new <= true:
                    return true
                true |= new

        low = set()
        while True:
            high = least(low)
            higher = least(high)
            if higher == low:
                break
            low = higher
        assert least(low) == low, "the program is not total"
        return low

    def derivable(self, more=()):
        """Return the literals that rules lead to; in the closed world the true atoms."""
        if self.closed:
            return {(atom, True) for atom in self.perfect_model(more)}
        known = set(more)
        while True:
            new = {head for _, (body, head) in self.ground if all(part in known for part in body)}
            if new <= known:
                return known
            known |= new

    def is_missing_fact(self, fact):
        given = {head for body, head in self.statements if not body}
        concluded = {head[0] for _, (body, head) in self.ground if body}
        if fact in given or fact[0] in concluded or (self.closed and not fact[1]):
            return False
        if self.query not in self.derivable([fact]):
            return False
        return self.closed or self.consistent([fact])

    def facts_in_its_words(self):
        atoms = {atom for _, (body, head) in self.ground for atom, _ in (*body, head)}
        return itertools.product(sorted(atoms), (True, False))

    def is_proof(self, text):
        """Whether lines ``S1: 7 from 2, S3: admires(anne, bob)`` are a derivation of the query."""
        proved = []
        true = self.derivable()
        for line in text.splitlines():
            _, rule, used, conclusion = re.fullmatch(r"S(\d+): (\d+) from (.*?): (.*)", line).groups()
            premises = set()
            for name in [] if used == "nothing" else used.split(", "):
                if name.startswith("S"):
                    if not 1 <= int(name[1:]) <= len(proved):
                        return False
                    premises.add(proved[int(name[1:]) - 1])
                elif not 1 <= int(name) <= len(self.statements) or self.statements[int(name) - 1][0]:
                    return False
                else:
                    premises.add(self.statements[int(name) - 1][1])
            head = literal(conclusion)
            bodies = [body for number, (body, end) in self.ground if number == int(rule) and end == head and body]
            needed = [{part for part in body if part[1] or not self.closed} for body in bodies]
            denied = [[part for part in body if not part[1] and self.closed] for body in bodies]
            fits = (
                need == premises and all((atom, True) not in true for atom, _ in not_)
                for need, not_ in zip(needed, denied, strict=True)
            )
            if not any(fits):
                return False
            proved.append(head)
        return proved[-1] == self.query
