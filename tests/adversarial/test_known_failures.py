"""What was found wrong in other verifiers of logic tasks, one kind a test: labels, acceptance, crashes and stalls."""

import ast
import json
import random
import re
import time
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from adversarial.oracle import colorable
from support.argument_oracle import z3_label, z3_satisfiable
from support.rules_oracle import Text

import logicbench
from logicbench.errors import InputError
from logicbench.family import family_names, get_family, make_knobs, verify
from logicbench.generation import Request, generate_from_files
from logicbench.interop.imports.reasoning_gym import read_reasoning_gym
from logicbench.logic.english import get_fragment, to_fol
from logicbench.rewards import reward, score
from logicbench.seeding import Stream
from logicbench.solvers.prover import portfolio

SMALL = {"sat": {"variables": 6}, "coloring": {"vertices": 8, "filter": "none"}}
TASKS = [(family, task) for family in family_names() for task in get_family(family).tasks]
LABELLED = [pair for pair in TASKS if get_family(pair[0]).tasks[pair[1]].labels]
WORDS = [pair for pair in LABELLED if pair[1] in ("decide", "entail", "answer", "judge")]


@cache
def problems(family, task, count=6, surface=None):
    return list(
        logicbench.generate(
            family, task, count=count, seed=23, knobs=SMALL.get(family, {}), surface=surface, measure=False
        )
    )


def one(family, task, label=None):
    return next(problem for problem in problems(family, task) if label in (None, problem.label))


def paid(problem, *texts):
    return [score(text, problem).reward for text in texts]


def entry(tmp_path, **metadata):
    answer, question = metadata.pop("answer", None), metadata.pop("question", "?")
    path = tmp_path / "entry.jsonl"
    path.write_text(json.dumps({"question": question, "answer": answer, "metadata": metadata}))
    (found,) = read_reasoning_gym(path)
    return found


def puzzle(tmp_path, names=("Ann", "Ben", "Zoe")):
    """Ann says that Ben lies, Ben that Zoe lies, Zoe that Ann and Ben both lie: only Ben tells the truth."""
    said = [["lying", 1], ["lying", 2], ["and", ["lying", 0], ["lying", 1]]]
    return entry(
        tmp_path, source_dataset="knights_knaves", names=list(names), statements=said,
        knight_knave_terms={"knight": "saint", "knave": "sinner"},
        question='Who is who? (Format your answer like: "Ann is a saint/sinner")',
        answer="Ann is a sinner, Ben is a saint, and Zoe is a sinner.",
    ).problem  # fmt: skip


@pytest.mark.parametrize(
    ("premises", "conclusion"),
    [
        (("All cats are dogs", "Some dogs are ants"), "Some cats are ants"),  # the middle is not distributed
        (("All cats are dogs", "All cats are ants"), "Some dogs are ants"),  # there may be no cats
        (("No cats are dogs", "All dogs are ants"), "Some ants are not cats"),
    ],
)
def test_a_published_label_does_not_make_an_argument_valid(tmp_path, premises, conclusion):
    found = entry(
        tmp_path, source_dataset="syllogism", premise1=premises[0], premise2=premises[1], conclusion=conclusion,
        answer="Yes",
    )  # fmt: skip
    assert found.problem.label == "invalid" and found.check.status == "refuted"
    assert paid(found.problem, "Answer: Yes", "Answer: No") == [0.0, 1.0]


@pytest.mark.parametrize(
    ("family", "task"), [p for p in TASKS if p[0] in ("fol", "skills", "rules")] + [("nlsat", "entail")]
)
def test_no_premises_contradict_each_other_so_that_everything_would_follow(family, task):
    for problem in problems(family, task, surface="logic" if family == "rules" else None):
        if "premises" not in problem.instance and family == "fol":
            continue  # nothing is concluded
        if family == "rules":
            assert Text(problem.prompt).closed or Text(problem.prompt).consistent()
        elif family == "nlsat":
            language = get_fragment(problem.instance["fragment"])
            assert z3_satisfiable([to_fol(language.read(text)) for text in problem.instance["sentences"]])
        else:
            assert z3_label(problem.instance) != "inconsistent"


@pytest.mark.parametrize(("family", "task"), [("rules", "missing-fact"), ("rules", "proof"), ("fol", "translate")])
def test_repeating_a_premise_or_all_of_them_earns_nothing(family, task):
    for problem in problems(family, task):
        given = problem.instance["sentences"]
        assert sum(paid(problem, *(f"Answer: {text}" for text in given))) == 0
        for joint in (" and ", " ∧ ", "\n", "; "):
            assert paid(problem, f"Answer: {joint.join(given)}") == [0.0]


@pytest.mark.parametrize(("family", "task"), TASKS)
def test_long_operators_and_lists_stall_nothing(family, task):
    problem = one(family, task)
    for text in (
        "not " * 10_000 + "A",
        "¬" * 20_000,
        "A ∧ " * 10_000 + "A",
        "(" * 20_000,
        "1, " * 20_000,
        "01" * 20_000,
    ):
        start = time.perf_counter()
        assert paid(problem, f"Answer: {text}") == [0.0]
        assert time.perf_counter() - start < 2.0, text[:20]


def formulas_that_are_hard(problem, rng):
    """Formulas over the vocabulary whose quantifiers alternate, and the answer with a tautology of such a formula."""
    predicates = re.findall(r"^(\w+)\(x(?:, (y))?\):", problem.prompt, re.MULTILINE)
    for quantifiers in (3, 6, 8):
        names = "xyzuvwst"[:quantifiers]
        prefix = "".join(f"{'∀∃'[place % 2]}{name} " for place, name in enumerate(names))
        body = ""
        for place in range(12):
            name, binary = rng.choice(predicates)
            atom = f"{name}({', '.join(rng.choice(names) for _ in range(2 if binary else 1))})"
            body = f"({body} {rng.choice('∧∨→↔')} {'¬' * rng.randrange(2)}{atom})" if place else atom
        yield f"{prefix}{body}"
        yield f"({problem.reference}) ∧ ({prefix}{body} ∨ ¬({prefix}{body}))"
        yield f"({problem.reference}) ∨ ({prefix}({body} ∧ ¬{body}))"


@pytest.mark.parametrize("fragment", ["relative", "transitive"])
def test_formulas_that_are_hard_to_prove_stall_nothing_and_no_installed_prover_is_asked(fragment, monkeypatch):
    def refused(*_, **__):
        raise AssertionError("a verdict must not depend on which provers are installed")

    monkeypatch.setattr(portfolio, "external_decide", refused)
    rng = random.Random(7)
    for problem in logicbench.generate(
        "fol", "translate", count=4, seed=8, knobs={"fragment": fragment}, measure=False
    ):
        for text in formulas_that_are_hard(problem, rng):
            start = time.perf_counter()
            score(f"Answer: {text}", problem)
            assert time.perf_counter() - start < 3.0, text
    for task in ("verbalize", "certify", "countermodel"):
        for problem in problems("fol", task):
            assert paid(problem, f"Answer: {problem.reference}") == [1.0]
            for other in problems("fol", task):
                paid(problem, f"Answer: {other.reference}")


GUESSED = {"coloring": ("clique", "odd-wheel", "all-vertices", "dense-core")}
"""Greedy colourings are left out: they do colour most of a graph."""


@pytest.mark.parametrize(("family", "task"), TASKS)
def test_partial_credit_pays_no_guess_and_no_constant_answer(family, task):
    found = problems(family, task, 12)
    solvers = get_family(family).baselines(task)
    guesses = [
        get_family(family).guess(problem, Stream("partial", problem.id, n)) for problem in found for n in range(8)
    ]
    wrong = [
        reward
        for text, problem in zip(guesses, [p for p in found for _ in range(8)], strict=True)
        for judged in [score(text, problem, shape="partial")]
        if not judged.verdict.correct
        for reward in [judged.reward]
    ]
    assert sum(wrong) / max(1, len(wrong)) < 0.05, "luck on small instances aside"
    for name, solver in solvers.items():
        if name in ("vote-and-flips", "sat-by-flips", "flips-falsified", "one-step", "all-affirmed", "in-order") or (
            family == "coloring" and name not in GUESSED["coloring"]
        ):
            continue
        for problem in found:
            judged = score(f"Answer: {solver(problem)}", problem, shape="partial")
            assert judged.verdict.correct or judged.reward == 0.0, (name, judged.verdict)


@pytest.mark.parametrize(("family", "task"), [("sat", "certify"), ("nlsat", "certify"), ("coloring", "certify")])
def test_partial_credit_pays_no_near_model_where_there_is_no_model(family, task):
    label = "no" if family == "coloring" else "unsat"
    problem = one(family, task, label)
    twin = next(p for p in problems(family, task) if p.group_id == problem.group_id and p.label != label)
    judged = score(f"Answer: {twin.reference}", problem, shape="partial")
    assert judged.verdict.status == "wrong" and judged.reward == 0.0


def test_roles_pay_only_whole_answers_and_read_denials(tmp_path):
    problem = puzzle(tmp_path)
    assert paid(
        problem,
        "Answer: Ann is a sinner, Ben is a saint, and Zoe is a sinner.",
        "Answer:\n- **Ann**: sinner\n- **Ben**: saint\n- **Zoe**: sinner",
        'Answer: {"Ann": "sinner", "Ben": "saint", "Zoe": "sinner"}',
        "Answer: Ann is not a saint, Ben is a saint, Zoe is not a saint",
        "If we verify this: Answer: Ann is a sinner, Ben is a saint, Zoe is a sinner",
    ) == [1.0] * 5  # fmt: skip
    shaped = [
        score(f"Answer: {text}", problem, shape="partial").reward
        for text in (
            "Ann is a saint, Ben is a saint, Zoe is a sinner", "Ben is a saint", "Ann is not a sinner, Ben is a saint, "
            "Zoe is a sinner", "Ann is a saint/sinner, Ben is a saint/sinner, Zoe is a saint/sinner",
            "Ann is a sinner, Ben is a saint, Zoe is a sinner or a saint",
            "Ann is a saint, Ann is a sinner, Ben is a saint, Ben is a sinner, Zoe is a saint, Zoe is a sinner",
        )
    ]  # fmt: skip
    assert shaped == [0.0] * 6
    assert paid(problem, problem.prompt) == [0.0]


def test_colourings_are_numbers_of_the_palette_for_every_vertex():
    problem = one("coloring", "color")
    right = dict(line.split(": ") for line in problem.reference.splitlines())
    order = len(right)
    as_json = json.dumps(right)
    listed = "\n".join(f"Vertex {vertex}: {color}" for vertex, color in right.items())
    assert paid(problem, f"Answer:\n```json\n{as_json}\n```", f"Answer:\n{listed}") == [1.0, 1.0]
    distinct = {vertex: number for number, vertex in enumerate(right, 1)}
    spoilt = [
        json.dumps({v: True if c == "1" else int(c) for v, c in right.items()}),
        json.dumps({v: float(c) for v, c in right.items()}),
        json.dumps([*map(int, right.values()), *range(order)]),
        "{}", "[]", "null", json.dumps(distinct), json.dumps(dict.fromkeys(right, 0)),
        json.dumps(dict.fromkeys(right, "red")),
        json.dumps(dict(list(right.items())[:-1])),
        "\n".join(f"{v}: {c}" for v, c in list(right.items())[1:]),
    ]  # fmt: skip
    for text in spoilt:
        assert paid(problem, f"Answer:\n{text}") == [0.0], text
    other = {v: str(int(c) % 3 + 1) for v, c in right.items()}
    twice = "\n".join([*(f"{v}: {c}" for v, c in other.items()), *(f"{v}: {c}" for v, c in right.items())])
    assert paid(problem, f"Answer:\n{twice}") == [0.0]


@pytest.mark.parametrize(("family", "task"), WORDS)
def test_hedges_and_words_that_hold_a_label_earn_nothing(family, task):
    known = sorted({problem.reference for problem in problems(family, task)})
    for problem in problems(family, task):
        right = problem.reference
        for other in (word for word in known if word != right):
            hedges = [
                f"{right} {other}",
                f"{other} {right}",
                f"{right} and {other}",
                f"{right}/{other}",
                f"{right} or {other}",
            ]
            assert paid(problem, *(f"Answer: {text}" for text in hedges)) == [0.0] * 5
        texts = ["", ".", "Yes and no", "I do not know", "cannot", "Yesterday", "Notwithstanding", "trueish", None]
        assert reward(texts, [problem] * len(texts)) == [0.0] * len(texts)
        dressed = [
            f" {right} ",
            f"**{right}**",
            f"{right.lower()}.",
            f"`{right}`",
            f"$\\text{{{right}}}$",
            f"\n\n{right}\n",
        ]
        assert paid(problem, *(f"Answer: {text}" for text in dressed)) == [1.0] * len(dressed)


@pytest.mark.parametrize(("family", "task"), [("sat", "count"), ("coloring", "chromatic")])
def test_nearly_the_number_is_not_the_number(family, task):
    problem = one(family, task)
    number = int(problem.reference)
    near = number + 1
    for text in (
        f"{number}.9", f"{number}.0001", f"{number}e0", f"{number}/1", f"{number}±1", f"{number}-{near}", f"{near}",
        f"about {number} or {near}", f"-{number}", f"{number} {near}",
    ):  # fmt: skip
        assert paid(problem, f"Answer: {text}") == [0.0], text


def test_an_explanation_after_the_answer_changes_nothing_and_forms_of_it_are_read():
    problem = one("sat", "assign")
    bits = problem.reference
    spelt = [
        f"Answer: {bits}. There are 1000 other solutions", f"Answer: {' '.join(bits)}", f"Answer: {', '.join(bits)}",
        f"**Answer**: {bits}", f"Answer：{bits}", f"<answer>{bits}</answer> because 110011 fails",
        "Answer: " + ", ".join("TF"[bit == "0"] for bit in bits),
        "Answer: " + ", ".join(f"x{i} = {bit}" for i, bit in enumerate(bits, 1)),
        f"\\boxed{{{bits}}}", f"Answer:\n```\n{bits}\n```",
    ]  # fmt: skip
    assert paid(problem, *spelt) == [1.0] * len(spelt)


def test_bits_too_many_or_too_few_are_no_assignment():
    problem = one("sat", "assign")
    bits = problem.reference
    texts = [f"111111{bits}", f"{bits}0", f"{bits}{bits}", bits[:-1], bits[1:], bits[0], "", "0", bits.rstrip("0")]
    wrong = [text for text in texts if len(text) != len(bits)]
    assert paid(problem, *(f"Answer: {text}" for text in wrong)) == [0.0] * len(wrong)
    assert paid(problem, *(f"\\boxed{{{text}}}" for text in wrong)) == [0.0] * len(wrong)


@pytest.mark.parametrize(("family", "task"), TASKS)
@pytest.mark.parametrize("opening", ["<think>", "<THINK>", "<Think>", "<Reasoning>", "<REASONING>", "İ<ThInKiNg>"])
def test_an_answer_inside_the_thinking_part_is_none_however_the_tag_is_spelt(family, task, opening):
    problem = one(family, task)
    closing = opening.lstrip("İ").replace("<", "</")
    inside = f"{opening}<answer>{problem.reference}</answer> Answer: {problem.reference}"
    assert paid(problem, inside, f"{inside}{closing}", f"{inside}\n{closing} So be it.") == [0.0] * 3
    assert paid(problem, f"{opening}hm{closing}Answer: {problem.reference}") == [1.0]


def test_labels_named_while_arguing_do_not_count():
    for problem in problems("sat", "decide"):
        other = "UNSAT" if problem.reference == "SAT" else "SAT"
        text = f"If it were {other}, then by {other} we would see {other}. It is not {other}.\n\n"
        assert paid(problem, f"{text}Answer: {problem.reference}") == [1.0]


def test_formulas_of_the_wrong_kind_are_refused_when_a_problem_is_made(tmp_path):
    path = tmp_path / "f.cnf"
    path.write_text("p cnf 5 2\n1 2 0\n-1 2 0\n")
    for task in ("maxsat", "mcs", "mus"):
        with pytest.raises(InputError, match="needs one that is unsat"):
            list(generate_from_files(Request("sat", task, measure=False), [str(path)]))
    (problem,) = generate_from_files(Request("sat", "assign", measure=False), [str(path)])
    assert len(problem.reference) == 5, "variables that do not occur keep their places"


@pytest.mark.parametrize("variant", ["permute", "rename", "negate"])
def test_a_changed_order_makes_no_reference_stale(variant):
    for task in ("assign", "maxsat", "mcs", "mus", "backbone", "count"):
        for problem in logicbench.generate(
            "sat", task, count=2, seed=5, knobs={"variables": 6}, measure=False, variants=[variant]
        ):
            assert paid(problem, f"Answer: {problem.reference}") == [1.0]


def test_a_story_may_have_a_hundred_variables():
    (problem,) = logicbench.generate(
        "sat", "assign", count=1, surface="story", knobs={"variables": 100, "ratio": 3.0}, measure=False
    )
    assert paid(problem, f"Answer: {problem.reference}") == [1.0]


def test_chromatic_numbers_are_exact():
    for problem in problems("coloring", "chromatic", 12):
        order, edges, claimed = problem.instance["order"], problem.instance["edges"], int(problem.reference)
        assert colorable(order, edges, claimed) and not colorable(order, edges, claimed - 1)


@pytest.mark.parametrize(("family", "task"), LABELLED)
def test_every_label_can_be_earned(family, task):
    found = problems(family, task, 12)
    assert {problem.label for problem in found} == {*get_family(family).tasks[task].labels}
    assert reward([f"Answer: {problem.reference}" for problem in found], found) == [1.0] * len(found)


def test_more_than_is_asked_for_is_wrong():
    for problem in problems("coloring", "verify"):
        pairs = [f"{u} - {v}" for u, v in problem.instance["edges"]]
        assert paid(problem, "Answer:\n" + "\n".join(pairs)) == [0.0]
    for problem in problems("sat", "backbone"):
        size = problem.instance["num_vars"]
        both = ", ".join(f"{v}, -{v}" for v in range(1, size + 1))
        more = [", ".join(map(str, signs)) for signs in product(*((v, -v) for v in range(1, size + 1)))]
        assert paid(problem, f"Answer: {both}") == [0.0] and not any(paid(problem, *(f"Answer: {m}" for m in more)))
    for task in ("mus", "mcs"):
        for problem in problems("sat", task):
            whole = ", ".join(map(str, range(1, len(problem.instance["clauses"]) + 1)))
            assert paid(problem, f"Answer: {whole}") == [0.0]
    for family in ("fol", "skills"):
        for problem in problems(family, "certify"):
            _, _, numbers = problem.reference.partition("; ")
            count = len(problem.instance["premises"])
            whole = ", ".join(map(str, range(1, count + 1)))
            if numbers != whole and numbers[0].isdigit():
                assert paid(problem, f"Answer: {problem.reference.partition(';')[0]}; {whole}") == [0.0]


HOSTILE = (
    "__import__('pathlib').Path('{marker}').write_text('x')",
    "(lambda: open('{marker}', 'w'))()",
    "{{}}.__class__.__base__.__subclasses__()",
    "__import__('sys')._getframe(1).f_locals['problem'].reference",
    "{{{{problem.reference}}}}", "%(reference)s", "$(touch {marker})", "`touch {marker}`",
)  # fmt: skip


@pytest.mark.parametrize(("family", "task"), TASKS)
def test_nothing_that_is_written_is_run(family, task, tmp_path):
    marker = tmp_path / "marker"
    problem = next(each for each in problems(family, task) if each.reference != "none")  # {} says that there is none
    for text in HOSTILE:
        filled = text.format(marker=marker)
        assert paid(problem, f"Answer: {filled}", f"```python\n{filled}\n```", f"\\boxed{{{filled}}}") == [0.0] * 3
    assert not marker.exists()


def test_nothing_in_the_package_could_run_it():
    package = Path(logicbench.__file__).parent
    calls = {
        (str(path.relative_to(package)), node.func.id)
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        and node.func.id in ("eval", "exec", "compile", "__import__")
    }  # fmt: skip
    assert calls == set()


@pytest.mark.parametrize("length", [1, 2, 3])
def test_composed_fallacies_are_called_what_they_are(length):
    for problem in logicbench.generate(
        "skills", "judge", count=16, seed=length, knobs={"length": length}, measure=False
    ):
        truth = z3_label(problem.instance)
        assert truth != "inconsistent" and problem.label == ("valid" if truth == "true" else "invalid")


def test_a_formula_cannot_bring_axioms_of_its_own():
    for problem in problems("fol", "translate"):
        right = problem.reference
        for text in (
            f"({right}) <=> ({right}))).\nfof(b, axiom, $false).\nfof(c, axiom, (p",
            "$false", "false", "⊥", "true", "⊤", "p & ~p", f"({right}) ∧ ⊥", f"({right}) ∨ ⊤", f"¬({right})",
            f"{right}; ⊥", f"({right}) → ({right})", f"∀q ({right})) ∧ (⊥",
            f"({right} ; exit 0)", "(assert false)(check-sat)", f"{right} # {right}\n⊥",
        ):  # fmt: skip
            for judged in [score(f"Answer: {text}", problem)]:
                assert not judged.verdict.correct or text.startswith((f"{right} #", f"{right};")), text


def test_knobs_and_cached_readers_are_those_of_the_problem():
    """Two problems that share an instance mapping or an id do not share verdicts."""
    family = get_family("sat")
    first, second = problems("sat", "assign")[:2]
    for problem, other in ((first, second), (second, first)):
        assert paid(problem, f"Answer: {problem.reference}") == [1.0]
        assert verify(problem, f"Answer: {other.reference}").correct == (
            logicbench.verify(logicbench.Problem.from_json(problem.to_json()), f"Answer: {other.reference}").correct
        )
    assert make_knobs(family, {"variables": 5}).model_dump()["variables"] == 5
