"""Records that SATQuest and reasoning-gym made, with their own verdicts, as problems of ours."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from logicbench.cli.main import app
from logicbench.errors import InputError, UnknownNameError
from logicbench.family import get_family, verify
from logicbench.interop.imports.formats import read_imported
from logicbench.problem import Problem, load
from logicbench.seeding import Stream

DATA = Path(__file__).parent / "data"
SATQUEST, GYM = DATA / "satquest.jsonl", DATA / "reasoning_gym.jsonl"

PUZZLE = {"vertices": [0, 1], "edges": [[0, 1]], "color_options": [1, 2]}
ROLES = {
    "source_dataset": "knights_knaves", "names": ["Ann", "Ben"], "statements": [["lying", 1], ["lying", 0]],
    "knight_knave_terms": {"knight": "saint", "knave": "sinner"},
}  # fmt: skip


def puzzle(**changes):
    return {"question": "?", "metadata": {"source_dataset": "graph_color", "puzzle": {**PUZZLE, **changes}}}


def roles(**changes):
    return {"question": "?", "answer": "!", "metadata": {**ROLES, **changes}}


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_satquest_s_verdicts_are_ours():
    rows = lines(SATQUEST)
    found = list(read_imported("satquest", SATQUEST))
    assert len(found) == 6 * len(rows) and len({one.problem.group_id for one in found}) == len(rows)
    judged = set()
    for one in found:
        problem, task = one.problem, one.problem.task
        assert one.check.status == ("confirmed" if task == "decide" else "not checked")
        for bits, right in rows[problem.index - 1]["answers"][problem.knobs["type"]]:
            answer = bits
            if task == "decide":
                answer = "SAT" if bits == "1" else "UNSAT"
            elif task in ("mus", "mcs"):
                answer = ", ".join(str(place) for place, bit in enumerate(bits, 1) if bit == "1") or "none"
            assert verify(problem, f"Answer: {answer}").correct == right
            judged.add((task, right))
    assert judged == {(t, right) for t in ("decide", "assign", "maxsat", "mus", "mcs") for right in (True, False)}


def test_reasoning_gym_s_answers_are_right_but_for_syllogisms():
    entries = lines(GYM)
    found = list(read_imported("reasoning-gym", GYM))
    assert [one.problem.knobs["dataset"] for one in found] == [
        f"reasoning-gym/{entry['metadata']['source_dataset']}" for entry in entries
    ]
    kinds = {(one.problem.family, one.problem.task) for one in found}
    assert kinds == {("coloring", "color"), ("skills", "judge"), ("imported", "roles")}
    refuted = [one for one in found if one.check.status == "refuted"]
    assert refuted and all(one.problem.task == "judge" and one.answer == "Yes" for one in refuted)
    assert {one.check.status for one in found if one not in refuted} == {"confirmed"}
    for one in found:
        assert Problem.from_json(one.problem.to_json()) == one.problem
        assert verify(one.problem, f"Answer: {one.problem.reference}").correct
        assert not verify(one.problem, one.problem.prompt).correct


def test_guesses_of_roles_are_answers_and_as_often_right_as_said():
    family = get_family("imported")
    for one in read_imported("reasoning-gym", GYM):
        if one.problem.task == "roles":
            guesses = [family.guess(one.problem, Stream("g", number)) for number in range(200)]
            verdicts = [verify(one.problem, guess) for guess in guesses]
            assert {verdict.status for verdict in verdicts} == {"correct", "wrong"}
            share = sum(verdict.correct for verdict in verdicts) / len(verdicts)
            assert abs(share - family.chance(one.problem)) < 0.1


@pytest.mark.parametrize("surface", ["dimacs", "story", "dual-story"])
def test_a_surface_can_be_chosen(surface):
    found = list(read_imported("satquest", SATQUEST, surface))
    assert {one.problem.surface for one in found} == {surface}
    with pytest.raises(UnknownNameError):
        list(read_imported("satquest", SATQUEST, "opera"))
    with pytest.raises(InputError, match="keep their words"):
        read_imported("folio", SATQUEST, surface)
    with pytest.raises(UnknownNameError):
        read_imported("chess", SATQUEST)


@pytest.mark.parametrize(
    ("data_format", "row", "message"),
    [
        ("satquest", {"id": 1}, "expected 'sat_dimacs'"),
        ("satquest", {"cnf_dimacs": "p cnf 1 1\n1 0\n", "p_type": "SUDOKU"}, "SATQuest problem type"),
        ("satquest", {"cnf_dimacs": "p cnf 1 1\n1 0\n", "p_type": "SATSP", "q_type": "opera"}, "question format"),
        ("satquest", {"cnf_dimacs": "p cnf 1 1\n1 0\n", "p_type": "MUS"}, "needs one that is unsat"),
        ("satquest", {"cnf_dimacs": "p cnf 1 1\n7 0\n", "p_type": "SATSP"}, "cnf_dimacs"),
        ("satquest", {"cnf_dimacs": 7, "p_type": "SATSP"}, "must be a text"),
        ("reasoning-gym", {"question": "?", "answer": "!"}, "'metadata' must be an object"),
        (
            "reasoning-gym",
            {"question": "?", "metadata": {"source_dataset": "zebra_puzzles"}},
            "do not hold the puzzle's clues",
        ),
        (
            "reasoning-gym",
            {"question": "?", "metadata": {"source_dataset": "sudoku"}},
            "no verifier.*Read are: graph_color",
        ),
        ("reasoning-gym", puzzle(edges=[[0, 5]]), "edge"),
        ("reasoning-gym", puzzle(vertices=[0, 0]), "twice"),
        ("reasoning-gym", puzzle(color_options=[1]), "colors"),
        (
            "reasoning-gym",
            {"metadata": {"source_dataset": "syllogism", "premise1": "Most As are Bs"}, "answer": "Yes"},
            "All, No or Some",
        ),
        ("reasoning-gym", roles(names=["Ann"]), "one statement each"),
        ("reasoning-gym", roles(names=["Ann", "ann"]), "different"),
        ("reasoning-gym", roles(statements=[["lying", 0], ["lying", 9]]), "no statement"),
        ("reasoning-gym", roles(statements=[["lying", 0], ["lying", 1]]), "no choice of roles"),
    ],
)
def test_bad_rows_are_named_with_file_and_line(data_format, row, message, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text("\n" + json.dumps(row) + "\n")
    with pytest.raises(InputError, match=message) as error:
        list(read_imported(data_format, path))
    assert "rows.jsonl:2" in str(error.value) or "rows.jsonl:1" in str(error.value)


def test_the_command_line(tmp_path):
    out = tmp_path / "problems.jsonl"
    arguments = ["import", "reasoning-gym", str(GYM), "--output", str(out), "--drop-refuted"]
    found = CliRunner().invoke(app, arguments)
    assert found.exit_code == 0 and "published Yes, found is invalid" in found.stderr
    assert all(problem.knobs["check"] == "confirmed" for problem in load(out))
    found = CliRunner().invoke(
        app, ["import", "satquest", str(SATQUEST), "--output", str(out), "--limit", "2", "--json"]
    )
    assert json.loads(found.stderr) == {"questions": 2, "written": 2, "checks": {"confirmed": 1, "not checked": 1}}
