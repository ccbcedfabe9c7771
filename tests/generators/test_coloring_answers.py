"""Answers to the coloring family: dressed references are accepted, broken ones rejected, and nothing raises."""

import json
import random
import time

import pytest
from coloring_problems import problems
from hypothesis import given
from hypothesis import strategies as st
from support.mutations import dressed, giants, hostile
from typer.testing import CliRunner

from logicbench.cli.main import app
from logicbench.errors import InputError
from logicbench.family import get_family, verify
from logicbench.generators.coloring.lexicon import Lexicon
from logicbench.generators.coloring.reading import _read_as_asked, _Sheet
from logicbench.generators.coloring.worlds import COLOURS
from logicbench.logic.graph import Graph
from logicbench.problem import Answer, Problem, Unparsable, load
from logicbench.seeding import Stream

COLORING = get_family("coloring")
TASKS = tuple(COLORING.tasks)
LETTERED = ("decide", "chromatic")
"""Tasks whose answer stands on one line."""


def lexicon_of(problem):
    instance = problem.instance
    return Lexicon.of(instance["order"], instance.get("colors", 0), problem.surface, problem.rendering)


@pytest.mark.parametrize("task", TASKS)
def test_every_dress_of_a_reference_is_accepted(task):
    rng = random.Random(task)
    for problem in problems(task, 6):
        texts = list(dressed(problem.reference, multiline=task not in LETTERED))
        for text in rng.sample(texts, 60):
            verdict = verify(problem, text)
            assert verdict.correct, (problem.prompt, text, verdict)


def colouring_forms(problem):
    """The reference in the forms that models use."""
    pairs = [line.split(": ") for line in problem.reference.split("\n")]
    numbers = lexicon_of(problem).names is None
    noun = "Vertex " if numbers else ""
    yield "\n".join(f"- {noun}{v}: {c}" for v, c in pairs)
    yield "\n".join(f"{noun}{v} = {c}" for v, c in reversed(pairs))
    yield "\n".join(f"{noun}{v} -> {c}" for v, c in pairs)
    yield "\n".join(f"{noun}{v} – {c}." for v, c in pairs)
    yield "\n".join(f"**{noun}{v}**: *{c}*" for v, c in pairs)
    yield ", ".join(f"{v}: {c}" for v, c in pairs)
    if numbers:
        yield " ".join(f"{v}:{c}" for v, c in pairs)
        yield " ".join(f"{v}={c}" for v, c in pairs) + "."
    yield "| item | choice |\n|---|---|\n" + "\n".join(f"| {v} | {c} |" for v, c in pairs)
    yield json.dumps(dict(pairs))
    yield "```json\n" + json.dumps(dict(pairs), indent=2) + "\n```"
    yield json.dumps([{"vertex": v, "color": c} for v, c in pairs])
    yield "\n".join(f"{v.upper()}: {c.upper()}" for v, c in pairs)
    if not numbers:
        yield "\n".join(f"{place}. {v}: {c}" for place, (v, c) in enumerate(pairs, 1))


@pytest.mark.parametrize("task", ["color", "certify"])
def test_forms_of_a_colouring(task):
    for problem in problems(task, 2):
        if problem.reference.startswith("core"):
            continue
        for form in colouring_forms(problem):
            verdict = verify(problem, f"Answer:\n{form}")
            assert verdict.correct, (problem.surface, form, verdict)


def test_forms_of_a_core():
    for problem in problems("certify", 12):
        if problem.reference.startswith("core: "):
            listed = problem.reference.removeprefix("core: ")
            for form in (f"core, {listed}", f"“core”: {listed}", f"**Core:** {listed}", f"core\n{listed}"):
                assert verify(problem, f"Answer: {form}").correct, form


def test_pairs_run_together_are_one_answer():
    problem = problems("color", 1, surface="dimacs")[0]
    pairs = [line.split(": ") for line in problem.reference.split("\n")]
    right = " ".join(f"{v}:{c}" for v, c in pairs)
    assert verify(problem, f"Answer: {right}").correct
    other = next(c for _, c in pairs if c != pairs[0][1])
    for wrong in (f"{right} {pairs[0][0]}:{other}", f"{right} 999:1", right.replace(":", ":9")):
        assert not verify(problem, f"Answer: {wrong}").correct, wrong


def rewritten(problem, colours):
    return f"Answer:\n{lexicon_of(problem).write_coloring(colours)}"


def test_a_colouring_with_any_one_mistake_is_rejected_and_the_mistake_is_named():
    for problem in problems("color", 3):
        lexicon, graph = lexicon_of(problem), Graph.from_json(problem.instance)
        read = COLORING.parse(problem, f"Answer:\n{problem.reference}")
        colours = list(read.value)
        near = graph.neighbours()
        for v in range(1, graph.order + 1):
            if not near[v]:
                continue
            changed = colours.copy()
            changed[v - 1] = colours[near[v][0] - 1]
            verdict = verify(problem, rewritten(problem, changed))
            broken = {(min(u, v), max(u, v)) for u in near[v] if changed[u - 1] == changed[v - 1]}
            assert verdict.status == "wrong"
            assert {tuple(x.data["edge"]) for x in verdict.violations} == broken
            named = [lexicon.vertex_name(v).lower() in x.message.lower() for x in verdict.violations]
            assert all(named)
        lines = problem.reference.split("\n")
        missing = verify(problem, "Answer:\n" + "\n".join(lines[1:]))
        assert [x.kind for x in missing.violations] == ["uncoloured-vertex"]
        other = next(c for c in lexicon.palette() if not lines[0].endswith(f": {c}"))
        vertex = lines[0].split(": ")[0]
        for text in (
            "\n".join([*lines, f"{vertex}: {other}"]),
            "\n".join([f"{vertex}: {other} or {lines[0].split(': ')[1]}", *lines[1:]]),
            "\n".join([f"{vertex}: {' '.join(lexicon.palette())}", *lines[1:]]),
            "\n".join([*lines[:-1], f"{lines[-1]} or {other}"]),
        ):
            verdict = verify(problem, f"Answer:\n{text}")
            assert verdict.status == "unparsable", (text, verdict)


@pytest.mark.parametrize("surface", ["dimacs", "english", "map"])
def test_a_surplus_colour_is_named(surface):
    [problem] = problems("color", 1, surface)
    lines = problem.reference.split("\n")
    vertex = lines[0].split(": ")[0]
    fourth = "4" if surface == "dimacs" else next(c for c in COLOURS if c not in lexicon_of(problem).palette())
    verdict = verify(problem, "Answer:\n" + "\n".join([f"{vertex}: {fourth}", *lines[1:]]))
    assert verdict.status == "wrong"
    assert [x.kind for x in verdict.violations] == ["surplus-colour"]
    assert fourth in verdict.violations[0].message.lower()


def test_all_vertices_of_an_uncolourable_graph_are_no_proof():
    for problem in problems("certify", 6, "dimacs"):
        everything = ", ".join(map(str, range(1, problem.instance["order"] + 1)))
        for kind in ("core", "clique"):
            assert not verify(problem, f"Answer:\n{kind}: {everything}").correct
        for text in ("YES", "NO", "core:", "core: none", "clique: 1", "wheel: 1; 2, 3", "proof:\ncontradiction"):
            assert not verify(problem, f"Answer:\n{text}").correct


def test_lists_of_mistakes_must_be_exact():
    for problem in problems("verify", 9, seed=1):
        names = lexicon_of(problem).labels()
        edges = [f"{names[u - 1]} - {names[v - 1]}" for u, v in problem.instance["edges"]]
        right = [] if problem.reference == "none" else problem.reference.split("\n")
        extra = next(e for e in edges if frozenset(e.split(" - ")) not in {frozenset(r.split(" - ")) for r in right})
        swapped = ["{1} - {0}".format(*line.split(" - ")) for line in right]
        assert verify(problem, "Answer:\n" + ("\n".join(reversed(swapped)) or "None.")).correct
        assert verify(problem, "Answer:\n" + "\n".join([*right, extra])).status == "wrong"
        assert verify(problem, "Answer:\n" + "\n".join(edges)).status == "wrong"
        if right:
            assert verify(problem, "Answer:\nnone").status == "wrong"
            assert verify(problem, "Answer:\n" + ("\n".join(right[1:]) or "none")).status == "wrong"
            assert verify(problem, "Answer:\nnone\n" + "\n".join(right)).status == "unparsable"


@pytest.mark.parametrize("task", TASKS)
def test_hedges_earn_nothing(task):
    for problem in problems(task, 3):
        right = problem.reference
        others = [COLORING.guess(problem, Stream("guess", i)).removeprefix("Answer:").strip() for i in range(8)]
        for other in others:
            if verify(problem, f"Answer:\n{other}").correct:
                continue
            for text in (
                f"Answer:\n{right}\n\nAnswer:\n{other}",
                f"Answer:\n{other}\n\nAnswer:\n{right}",
                f"<answer>{right}</answer>\n<answer>{other}</answer>",
                f"Answer:\n{right}\nor\n{other}",
                f"Answer:\n{other}\nor\n{right}",
            ):
                verdict = verify(problem, text)
                assert not verdict.correct, (problem.surface, text, verdict)


@pytest.mark.parametrize("task", TASKS)
def test_the_prompt_is_no_answer_and_thinking_does_not_count(task):
    for problem in problems(task, 2):
        answer = f"Answer:\n{problem.reference}"
        assert verify(problem, problem.prompt).status == "unparsable"
        assert verify(problem, f"{problem.prompt}\n\n{answer}").correct
        assert not verify(problem, f"<think>{answer}</think>").correct
        assert not verify(problem, f"<think>{answer}").correct


@pytest.mark.parametrize("surface", ["dimacs", "english", "timetable"])
@pytest.mark.parametrize("task", TASKS)
def test_hostile_text_neither_raises_nor_scores(task, surface):
    [problem, *_] = problems(task, 1, surface)
    soup = [
        *problem.prompt.split()[-200:],
        *problem.reference.split(),
        "clique:",
        "core:",
        "wheel:",
        "proof:",
        ";",
        "=",
    ]
    rng = random.Random(task)
    texts = list(hostile(1500, seed=len(task)))
    texts += ["Answer:\n" + " ".join(rng.choices([*soup, "\n", ":", ","], k=rng.randint(1, 60))) for _ in range(500)]
    for text in texts:
        answer = COLORING.parse(problem, text)
        assert isinstance(answer, Answer | Unparsable)
        if isinstance(answer, Answer):
            assert COLORING.check(problem, answer).status in ("correct", "wrong", "undecided")


@pytest.mark.parametrize("surface", ["dimacs", "radio"])
@pytest.mark.parametrize("task", TASKS)
def test_giant_text_is_read_in_linear_time(task, surface):
    [problem, *_] = problems(task, 1, surface)
    line = problem.reference.split("\n")[0]
    megabyte = 1 << 20
    own = [
        f"Answer:\n{sep.join([line] * (megabyte // (len(line) + len(sep))))}" for sep in ("\n", ", ", " ", " or ")
    ] + ["Answer:\nproof:\n" + "1 = 2\n" * (megabyte // 6), "Answer:\ncore: " + "1, " * (megabyte // 3)]
    for text in giants() + own:
        started = time.process_time()
        verify(problem, text)
        # Quadratic scanning of a megabyte takes minutes, so the bound need not be tight.
        assert time.process_time() - started < 3, text[:60]


@pytest.mark.parametrize("task", TASKS)
def test_guesses_and_shallow_solvers_are_read(task):
    for problem in problems(task, 2):
        texts = [COLORING.guess(problem, Stream("guess", i)) for i in range(5)]
        texts += [solver(problem) for solver in COLORING.baselines(task).values()]
        for text in texts:
            assert isinstance(COLORING.parse(problem, f"Answer: {text}"), Answer), text


# --- the user's own graphs ------------------------------------------------------------------------------------------

PETERSEN = """c the Petersen graph
p edge 10 15
e 1 2
e 2 3
e 3 4
e 4 5
e 5 1
e 1 6
e 2 7
e 3 8
e 4 9
e 5 10
e 6 8
e 8 10
e 10 7
e 7 9
e 9 6
"""


@pytest.mark.parametrize("task", TASKS)
def test_graphs_are_taken_from_dimacs_files(task, tmp_path):
    (tmp_path / "petersen.col").write_text(PETERSEN)
    out = tmp_path / "out.jsonl"
    arguments = [
        "generate",
        f"coloring:{task}",
        "--surface",
        "all",
        "--from-dimacs-col",
        str(tmp_path / "petersen.col"),
    ]
    result = CliRunner().invoke(app, [*arguments, "--output", str(out)])
    assert result.exit_code == 0, result.output
    found = load(out)
    assert {problem.surface for problem in found} == set(COLORING.surfaces)
    for problem in found:
        assert (problem.instance["order"], len(problem.instance["edges"])) == (10, 15)
        assert verify(problem, f"Answer:\n{problem.reference}").correct
        if task in ("color", "verify"):
            assert problem.instance["colors"] == 3
        if task == "decide":
            assert (problem.label, problem.instance["colors"]) in {("yes", 3), ("no", 2)}
        if task == "chromatic":
            assert problem.reference == "3"


def test_a_defective_file_is_named(tmp_path):
    (tmp_path / "bad.col").write_text("p edge 2 1\ne 1 5\n")
    result = CliRunner().invoke(app, ["generate", "coloring:color", "--from-dimacs-col", str(tmp_path / "bad.col")])
    assert isinstance(result.exception, InputError)
    assert "bad.col" in str(result.exception)


def test_a_defective_instance_is_refused():
    instance = {"order": 3, "edges": [[1, 2], [2, 9]], "colors": 3}
    problem = Problem("coloring", "color", "dimacs", COLORING.version, "", instance)
    with pytest.raises(InputError, match="9"):
        verify(problem, "Answer:\n1: 1\n2: 2\n3: 3")


LEXICONS = (
    Lexicon(4, 3, "dimacs", None, None),
    Lexicon(4, 2, "map", ("North Vale", "Eastmoor", "Thorn", "Vale"), ("red", "blue")),
)
FORMS = (*["{0}: {1}"] * 12, "{0}:{1}", "{1}", " {0}: {1} ", "{0}: {1}: {1}", "{0}: {0}: {1}", "")
WORDS = {"dimacs": ("1", "3", "9", "03", "0", "red"), "map": ("red", "blue", "green", "Red", "2")}


@given(st.sampled_from(LEXICONS), st.data())
def test_the_quick_reader_says_what_the_patient_one_says(lexicon, data):
    pairs = [(label, data.draw(st.sampled_from(WORDS[lexicon.surface]))) for label in lexicon.labels()]
    text = "\n".join(data.draw(st.sampled_from(FORMS)).format(*pair) for pair in pairs)
    quick = _read_as_asked(lexicon)(text)
    if quick is not None:
        assert quick == _Sheet(lexicon).read(text)


def test_the_quick_reader_takes_what_was_asked_for():
    for lexicon, colours in zip(LEXICONS, ((1, 3, 2, 3), (2, 1, 1, 2)), strict=True):
        assert _read_as_asked(lexicon)(f"\n{lexicon.write_coloring(colours)}\n") == colours
    assert _read_as_asked(LEXICONS[0])("1: 1\n2: 8\n3: 2\n4: 3") == (1, 8, 2, 3)
