import itertools
import re

import pytest
import z3
from nlsat_problems import SETTINGS, group

from logicbench.errors import GenerationError, InputError
from logicbench.family import Family, make_knobs
from logicbench.generation import generate
from logicbench.generators.nlsat import FAMILY
from logicbench.generators.nlsat.drawing import draw
from logicbench.generators.nlsat.reasoner import Reasoner
from logicbench.generators.nlsat.syllogisms import Consequences
from logicbench.generators.nlsat.theories import Theory, denial, flips, theory_of
from logicbench.generators.nlsat.transitions import statements_at_transition
from logicbench.logic.english import Atom, Categorical, Term, World, to_fol
from logicbench.logic.fol.syntax import And, Constant, Exists, Forall, Implies, Not, Or, Predicate
from logicbench.problem import Answer, Problem, Unparsable
from logicbench.seeding import Stream

TASKS = tuple(FAMILY.tasks)
CASES = list(itertools.product(TASKS, SETTINGS))


def answer(problem, text):
    read = FAMILY.parse(problem, text)
    return read if isinstance(read, Unparsable) else FAMILY.check(problem, read)


def test_it_is_a_family():
    assert isinstance(FAMILY, Family)


# --- an independent oracle: Z3 on the first-order formulas, over a finite sort where the people are fixed ------------


def to_z3(formula, sort, constants, binding):
    def term(part):
        return constants[part.name] if isinstance(part, Constant) else binding[part.name]

    def recur(part):
        return to_z3(part, sort, constants, binding)

    match formula:
        case Predicate(name=name, arguments=arguments):
            return z3.Function(name, *[sort] * len(arguments), z3.BoolSort())(*map(term, arguments))
        case Not(body=body):
            return z3.Not(recur(body))
        case And(operands=parts):
            return z3.And(list(map(recur, parts)))
        case Or(operands=parts):
            return z3.Or(list(map(recur, parts)))
        case Implies(left=left, right=right):
            return z3.Implies(recur(left), recur(right))
    assert isinstance(formula, Forall | Exists)
    join = z3.And if isinstance(formula, Forall) else z3.Or
    if constants:  # everybody has a name: quantifiers are finite
        everyone = [{**binding, formula.variable.name: person} for person in constants.values()]
        return join([to_z3(formula.body, sort, constants, one) for one in everyone])
    bound = z3.FreshConst(sort)
    body = to_z3(formula.body, sort, constants, {**binding, formula.variable.name: bound})
    return (z3.ForAll if isinstance(formula, Forall) else z3.Exists)([bound], body)


def z3_consistent(sentences, people):
    sort = z3.DeclareSort("Person")
    constants = {name.lower(): z3.Const(name, sort) for name in people}
    solver = z3.Solver()
    solver.add([to_z3(to_fol(sentence), sort, constants, {}) for sentence in sentences])
    outcome = solver.check()
    assert outcome != z3.unknown
    return outcome == z3.sat


def shown_sentences(problem):
    """Read the numbered statements of a prompt, as a solver that sees only the text would."""
    language = theory_of(problem.instance).language
    lines = re.findall(r"^\d+\. (.*)$", problem.prompt, re.MULTILINE)
    return [language.read(line) for line in lines]


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("surface", FAMILY.surfaces)
def test_labels_agree_with_z3_on_the_text(name, surface):
    for seed in range(8):
        for problem in group("decide", name, seed, surface):
            sentences = shown_sentences(problem)
            assert tuple(sentences) == theory_of(problem.instance).sentences
            assert z3_consistent(sentences, problem.instance["people"]) == (problem.label == "sat")


@pytest.mark.parametrize("name", SETTINGS)
def test_entailment_agrees_with_z3_on_the_text(name):
    for seed in range(2):
        problems = group("entail", name, seed)
        assert {problem.label for problem in problems} == {"true", "false", "unknown"}
        assert len({tuple(problem.instance["sentences"]) for problem in problems}) == 1
        for problem in problems:
            people, sentences = problem.instance["people"], shown_sentences(problem)
            asked = problem.prompt.split("Consider one more statement:\n\n")[1].split("\n")[0]
            query = theory_of(problem.instance).language.read(asked)
            can = [z3_consistent([*sentences, part], people) for part in (query, denial(query))]
            label = "unknown" if all(can) else "true" if can[0] else "false"
            assert label == problem.label


def test_reachability_agrees_with_the_solver_on_syllogisms():
    seen = []
    for seed in range(60):
        stream = Stream("syllogisms", seed)
        theory = draw(make_knobs(FAMILY, {"fragment": "syllogistic", "predicates": 5}), stream, 0.9)
        reasoner = Reasoner(theory)
        if not reasoner.consistent():
            continue
        consequences = Consequences(theory.sentences)
        nouns = sorted({term.noun for one in theory.sentences for term in (one.subject, one.predicate)})
        for quantity in ("all", "no", "some", "not all"):
            subject, predicate = (Term(noun, stream.bit()) for noun in stream.sample(nouns, 2))
            query = Categorical(quantity, subject, predicate)
            seen.append(consequences.label(query))
            assert seen[-1] == reasoner.verdict(query)
    assert len(seen) > 80 and set(seen) == {"true", "false", "unknown"}


@pytest.mark.parametrize("name", SETTINGS)
def test_consistent_twins_are_not_found_by_voting(name):
    for seed in range(3):
        for problem in group("decide", name, seed):
            assert FAMILY.baselines("decide")["vote-and-flips"](problem) == "NO"


@pytest.mark.slow
@pytest.mark.parametrize("fragment", ["grounded", "syllogistic", "relative", "transitive"])
def test_five_thousand_labels_agree_with_z3_on_the_text(fragment):
    knobs = {"fragment": fragment}
    problems = generate("nlsat", "decide", surface="english", count=1250, seed=9, knobs=knobs, measure=False)
    for problem in problems:
        assert z3_consistent(shown_sentences(problem), problem.instance["people"]) == (problem.label == "sat")


# --- scale sets: small theories to train on, larger ones to test on, all else matched --------------------------------


@pytest.mark.parametrize(
    ("knobs", "knob", "small", "large"),
    [
        ({}, "variables", [5, 8], [12, 20]),
        ({"fragment": "relative", "people": 2}, "predicates", [3, 4], [6, 8]),
    ],
)
def test_scale_sets_differ_in_size_alone(knobs, knob, small, large):
    made = {}
    for split, sizes in (("train", small), ("test", large)):
        request = {"surface": "english", "count": 24, "seed": 1, "split": split, "measure": False}
        made[split] = list(generate("nlsat", "decide", knobs={**knobs, knob: sizes}, **request))
        assert {problem.knobs[knob] for problem in made[split]} == set(sizes)
        assert [problem.label for problem in made[split]].count("sat") == 12
        others = [{**problem.knobs, knob: None} for problem in made[split]]
        assert all(other == others[0] for other in others)
        for problem in made[split]:  # each size is at its own point of half consistent
            expected = statements_at_transition(make_knobs(FAMILY, {**knobs, knob: problem.knobs[knob]}))
            assert abs(len(problem.instance["sentences"]) - expected) <= 1
    assert not {problem.instance_id for problem in made["train"]} & {problem.instance_id for problem in made["test"]}
    assert max(len(one.instance["sentences"]) for one in made["train"]) < min(
        len(one.instance["sentences"]) for one in made["test"]
    )


@pytest.mark.parametrize("name", ["grounded", "things"])
def test_labels_agree_with_all_worlds(name):
    for seed in range(10):
        for problem in group("decide", name, seed):
            theory = theory_of(problem.instance)
            atoms = theory.atoms()
            worlds = (
                World(theory.people, frozenset(itertools.compress(atoms, values)))
                for values in itertools.product((False, True), repeat=len(atoms))
            )
            some = any(all(map(world.holds, theory.sentences)) for world in worlds)
            assert some == (problem.label == "sat")


# --- samples --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SETTINGS)
def test_twins_differ_in_one_literal(name):
    for seed in range(10):
        sat, unsat = (theory_of(problem.instance) for problem in group("decide", name, seed))
        changed = [pair for pair in zip(sat.sentences, unsat.sentences, strict=True) if pair[0] != pair[1]]
        assert len(changed) == 1
        assert changed[0][1] in {sentence for _, sentence in flips(changed[0][0])}


def test_the_twin_does_not_show_in_the_number_of_denials():
    balance = 0
    for seed in range(100):
        counts = {
            problem.label: sum("not" in text or "no " in text for text in problem.instance["sentences"])
            for problem in group("decide", "grounded", seed, "plain")
        }
        balance += counts["sat"] - counts["unsat"]
    assert abs(balance) < 40


def test_statements_that_contradict_are_enough():
    for name, least in (("relative", 5), ("syllogistic", 5)):
        for seed in range(3):
            [problem] = [one for one in group("certify", name, seed, min_support=least) if one.label == "unsat"]
            assert len(problem.reference.split(",")) >= least


def test_hard_instances_can_be_asked_for():
    for problem in group("decide", "grounded", 0, variables=20, min_conflicts=8):
        figures = FAMILY.measure("decide", problem.instance, Stream("measure"))
        assert figures["conflicts"] >= 4
    with pytest.raises(GenerationError):
        group("decide", "grounded", 0, variables=3, clause_length=2, min_conflicts=50, filter="none")


@pytest.mark.parametrize("source", ["pigeonhole", "tseitin", "parity", "ordering", "pebbling"])
def test_structured_theories(source):
    problems = group("certify", "grounded", 1, variables=12, source=source)
    assert {problem.label for problem in problems} == {"sat", "unsat"}
    for problem in problems:
        assert answer(problem, f"Answer: {problem.reference}").correct


def test_same_stream_same_bytes():
    first, second = (group.__wrapped__("entail", "relative", 3) for _ in range(2))
    assert [problem.to_json() for problem in first] == [problem.to_json() for problem in second]


def test_names_and_words_differ_between_problems():
    words = [frozenset(group("decide", "relative", seed)[0].instance["people"]) for seed in range(30)]
    assert len(set(words)) == 30


def test_bad_settings_are_refused():
    with pytest.raises(InputError, match="verbs"):
        make_knobs(FAMILY, {"fragment": "transitive", "verbs": 0})
    with pytest.raises(InputError, match="grounded"):
        make_knobs(FAMILY, {"fragment": "relative", "source": "parity"})


@pytest.mark.parametrize(("task", "name"), CASES)
def test_hardness_is_measured(task, name):
    problem = group(task, name, 0)[0]
    figures = FAMILY.measure(task, problem.instance, Stream("measure"))
    assert figures["effort"] > 0
    assert figures == FAMILY.measure(task, problem.instance, Stream("measure"))


# --- answers --------------------------------------------------------------------------------------------------------

DRESSES = (
    "Answer: {}",
    "Let us see.\n\n**Answer:** {}",
    "<think>Answer: NO 1</think>Answer: {}",
    "I thought about it.\nFinal answer: {}\n",
    "<answer>{}</answer>",
)


@pytest.mark.parametrize(("task", "name"), CASES)
def test_the_reference_is_right_in_any_dress(task, name):
    for seed in range(2):
        for problem in group(task, name, seed):
            for dress in DRESSES:
                assert answer(problem, dress.format(problem.reference)).correct, problem.reference


@pytest.mark.parametrize(("task", "name"), CASES)
def test_guesses_are_read(task, name):
    for problem in group(task, name, 1):
        stream = Stream("guess")
        for _ in range(10):
            verdict = answer(problem, "Answer: " + FAMILY.guess(problem, stream))
            assert not isinstance(verdict, Unparsable)


@pytest.mark.parametrize(("task", "name"), CASES)
def test_baselines_give_readable_answers(task, name):
    for problem in group(task, name, 2):
        for solver in FAMILY.baselines(task).values():
            assert not isinstance(answer(problem, "Answer: " + solver(problem)), Unparsable)


def test_a_label_alone_proves_nothing():
    for problem in group("certify", "grounded", 0):
        for word in ("YES", "NO"):
            assert isinstance(FAMILY.parse(problem, f"Answer: {word}"), Unparsable)


def test_hedging_earns_nothing():
    problem = group("decide", "grounded", 0)[0]
    assert isinstance(FAMILY.parse(problem, "Answer: YES or NO"), Unparsable)
    assert isinstance(FAMILY.parse(problem, "Answer: YES\nAnswer: NO"), Unparsable)


def by_label(problems):
    return {problem.label: problem for problem in problems}


def test_false_statements_are_named():
    problem = by_label(group("certify", "grounded", 0))["sat"]
    theory = theory_of(problem.instance)
    text = "Answer: YES\n" + "\n".join(f"{name}: nothing" for name in theory.people)
    verdict = answer(problem, text)
    empty = World(theory.people, frozenset())
    broken = [place for place, sentence in enumerate(theory.sentences, 1) if not empty.holds(sentence)]
    assert [violation.data["statement"] for violation in verdict.violations] == broken
    assert verdict.status == ("wrong" if broken else "correct")


def test_a_contradiction_must_be_minimal_and_contradict():
    problem = by_label(group("certify", "relative", 0))["unsat"]
    numbers = [int(number) for number in problem.reference.removeprefix("NO ").split(", ")]
    size = len(problem.instance["sentences"])
    more = next(number for number in range(1, size + 1) if number not in numbers)
    too_many = answer(problem, f"Answer: NO {', '.join(map(str, [*numbers, more]))}")
    assert more in [violation.data["statement"] for violation in too_many.violations]
    too_few = answer(problem, f"Answer: NO {', '.join(map(str, numbers[1:]))}")
    assert too_few.violations[0].kind == "consistent"
    assert isinstance(FAMILY.parse(problem, f"Answer: NO {size + 1}"), Unparsable)


def test_a_core_must_not_be_large():
    problem = by_label(group("certify", "grounded", 0, refutation="core"))["unsat"]
    size = len(problem.instance["sentences"])
    everything = answer(problem, f"Answer: NO {', '.join(map(str, range(1, size + 1)))}")
    assert everything.violations[0].kind == "too-large"
    assert answer(problem, f"Answer: {problem.reference}").correct


@pytest.fixture(name="small")
def _small():
    sentences = ["Agnes is kind.", "If Agnes is kind, then Hubert is a baker.", "Hubert admires Agnes."]
    instance = {"fragment": "grounded", "people": ["Agnes", "Hubert"], "sentences": sentences, "refutation": "minimal"}
    return Problem("nlsat", "certify", "plain", FAMILY.version, "", instance)


@pytest.mark.parametrize(
    "text",
    [
        "Answer: YES\nAgnes: kind\nHubert: baker, admires Agnes",
        "Answer: YES\nHubert: a baker and admires Agnes\nAgnes: is kind",
        "**Answer:** YES\n\n- Agnes: kind\n- Hubert: baker, admires Agnes\n",
        'Answer: YES {"Agnes": ["kind"], "Hubert": ["baker", "admires Agnes"]}',
        "Answer: YES\n| Agnes | kind |\n| Hubert | baker, admires Agnes |",
        "Answer: YES. Agnes is kind; Hubert is a baker, admires Agnes",
        "```\nAnswer: YES\nAgnes: Kind.\nHubert: Baker, admires Agnes.\n```",
        "Answer: YES\nAgnes: kind\nHubert: baker, admires Agnes\n\nThis makes all of them true.",
    ],
)
def test_worlds_are_read_in_many_forms(small, text):
    read = FAMILY.parse(small, text)
    assert isinstance(read, Answer), read
    facts = {Atom("kind", ("Agnes",)), Atom("baker", ("Hubert",)), Atom("admire", ("Hubert", "Agnes"))}
    assert set(read.value[1][1]) == facts
    assert FAMILY.check(small, read).correct


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Answer: YES\nAgnes: kind", "length"),
        ("Answer: YES\nAgnes: kind\nHubert: baker, tall", "malformed"),
        ("Answer: YES\nAgnes: kind, not kind\nHubert: baker", "conflict"),
        ("Answer: YES\nAgnes: kind\nAgnes: nothing\nHubert: baker", "conflict"),
        ("Answer: YES, obviously", "malformed"),
        ("Answer: YES\nAgnes: kind\nHubert: baker, admires Agnes\nAnswer: NO 1, 2", "conflict"),
        ("", "empty"),
    ],
)
def test_worlds_that_are_not_one_world_are_refused(small, text, reason):
    read = FAMILY.parse(small, text)
    assert isinstance(read, Unparsable)
    assert read.reason == reason


@pytest.mark.parametrize("seed", range(120))
def test_any_text_is_read_or_refused(seed):
    stream = Stream("fuzz", seed)
    problem = group("certify", stream.choice(list(SETTINGS)), 0)[0]
    words = [
        "Answer:",
        "YES",
        "NO",
        ":",
        ",",
        "\n",
        "1",
        "99999999999999999999",
        "Person 1",
        "nothing",
        "not",
        "**",
        "```",
    ]
    words += problem.instance["people"] + problem.prompt.split()[-60:]
    text = " ".join(stream.choice(words) for _ in range(stream.below(60)))
    read = FAMILY.parse(problem, text)
    if isinstance(read, Answer):
        assert FAMILY.check(problem, read).status in ("correct", "wrong", "undecided")


# --- variants -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", FAMILY.variants)
@pytest.mark.parametrize(("task", "name"), CASES)
def test_variants_keep_the_label(task, name, variant):
    for problem in group(task, name, 5):
        changed = FAMILY.vary(task, problem.instance, variant, Stream("vary", variant))
        assert (changed == problem.instance) == (variant == "paraphrase")
        theory = Theory.from_instance(changed)
        if task == "entail":
            can = [z3_consistent([*theory.sentences, q], theory.people) for q in (theory.query, denial(theory.query))]
            assert problem.label == ("unknown" if all(can) else "true" if can[0] else "false")
        else:
            assert z3_consistent(theory.sentences, theory.people) == (problem.label == "sat")
        if variant == "rename":
            assert not set(changed["people"]) & set(problem.instance["people"])
