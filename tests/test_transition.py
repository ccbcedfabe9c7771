"""The picture of a phase transition: draws as they come, the same with any number of workers, labels that are true."""

import csv
from itertools import product

import orjson
import pytest
from typer.testing import CliRunner

from logicbench.cli.hardness import app
from logicbench.errors import InputError, UnknownNameError
from logicbench.family import HardnessFamily, built_in_families, get_family, make_knobs
from logicbench.hardness import fit_scale, load_scale
from logicbench.logic.cnf import CNF
from logicbench.logic.graph import Graph
from logicbench.seeding import Stream
from logicbench.transition import Point, half_points, parse_values, plan, run

DRAWN = [
    (name, task)
    for name in built_in_families()
    if isinstance(get_family(name), HardnessFamily)
    for task in get_family(name).draw_tasks
]
SMALL = {"sat": {"variables": 6}, "nlsat": {"variables": 5}, "coloring": {"vertices": 7}}


def brute_force(name, instance):
    """Return the label of a small instance by trying everything."""
    if name == "sat":
        cnf = CNF.from_json(instance)
        models = product((False, True), repeat=cnf.num_vars)
        sat = any(all(any(m[abs(x) - 1] == (x > 0) for x in c) for c in cnf.clauses) for m in models)
        return "sat" if sat else "unsat"
    graph = Graph.from_json(instance)
    colorings = product(range(instance["colors"]), repeat=graph.order)
    return "yes" if any(all(c[u - 1] != c[v - 1] for u, v in graph.edges) for c in colorings) else "no"


@pytest.mark.parametrize("name", ["sat", "coloring"])
def test_draws_are_labelled_as_brute_force_says(name):
    family = get_family(name)
    task = family.draw_tasks[0]
    low, high = family.control_range(task, make_knobs(family, SMALL[name]))
    seen = set()
    for index in range(60):
        value = low + (high - low) * index / 59
        knobs = make_knobs(family, {**SMALL[name], family.control_parameter: value})
        draft = family.draw(task, knobs, Stream("test", name, index))
        assert draft.label == brute_force(name, draft.instance)
        seen.add(draft.label)
    assert seen == set(family.tasks[task].labels)


@pytest.mark.parametrize(("name", "task"), DRAWN)
def test_draws_can_be_checked_like_any_problem(name, task):
    family = get_family(name)
    for index in range(8):
        draft = family.draw(task, make_knobs(family, SMALL[name]), Stream("test", index))
        assert draft.label in family.tasks[task].labels
        shown = family.render(task, draft.instance, family.surfaces[0], Stream("render"))
        assert shown.reference
        assert "effort" in family.measure(task, draft.instance, Stream("measure"))


def test_the_balance_falls_through_the_transition_and_effort_rises_and_falls():
    sweep = plan("sat", {"variables": "20"}, "ratio=2,4.5,9", 60)
    few, middle, many = run(sweep)
    assert few.shares["sat"] > 0.95 and 0.2 < middle.shares["sat"] < 0.8 and many.shares["sat"] < 0.1
    assert few.effort[2] < middle.effort[2] > many.effort[2]


def test_workers_do_not_change_a_point():
    sweep = plan("coloring", {"vertices": ["8", "10"]}, "degree=3..5/0.5", 12)
    points = run(sweep)
    assert points == run(sweep, workers=2)
    assert len(points) == 10 and {point.count for point in points} == {12}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("3..4/0.25", (3, 3.25, 3.5, 3.75, 4)),
        ("1..3", (1, 2, 3)),
        ("2,0.5", (2, 0.5)),
        ("0.1..0.35/0.1", (0.1, 0.2, 0.3)),
    ],
)
def test_values_are_exact(text, values):
    assert parse_values("ratio", text) == values


@pytest.mark.parametrize("text", ["3..", "a,b", "4..3", "1..2/0", "1..2/-1", "0..1/0.0000001", "nan..2", ""])
def test_values_that_are_none_are_refused(text):
    with pytest.raises(InputError, match="ratio"):
        parse_values("ratio", text)


def test_half_points_are_interpolated():
    def point(value, share):
        return Point(None, value, 10, {"sat": share, "unsat": 1 - share}, (1, 1, 1, 1, 1))

    points = [point(2, 1), point(4, 0.75), point(6, 0.25), point(8, 0)]
    assert half_points(points, "sat") == {None: 5}
    assert half_points(points[:2], "sat") == {None: None}


def test_what_cannot_be_drawn_is_said():
    with pytest.raises(InputError, match="of one knob"):
        plan("sat", {"variables": ["5", "6"], "clause_length": ["2", "3"]}, None, 5)
    with pytest.raises(InputError, match="both set and varied"):
        plan("sat", {"ratio": "4"}, None, 5)
    with pytest.raises(InputError, match="no control parameter"):
        plan("rules", {}, None, 5)
    with pytest.raises(UnknownNameError, match="ratio"):
        plan("sat", {}, "rato=1..2", 5)


def test_the_command_writes_table_picture_and_figures(tmp_path):
    arguments = ["sat", "--set", "variables=6,8", "--vary", "ratio=2..10/4", "--count", "8", "-o", str(tmp_path)]
    shown = CliRunner().invoke(app, arguments)
    assert shown.exit_code == 0, shown.output
    assert "half of the draws are sat at ratio" in shown.output
    with open(tmp_path / "hardness.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["variables"], row["ratio"]) for row in rows] == [(v, r) for v in "68" for r in ("2", "6", "10")]
    for row in rows:
        assert float(row["sat_low"]) <= float(row["sat_share"]) <= float(row["sat_high"])
        assert float(row["sat_share"]) + float(row["unsat_share"]) == pytest.approx(1)
        assert float(row["effort_q10"]) <= float(row["effort_q50"]) <= float(row["effort_q90"])
    assert (tmp_path / "hardness.png").read_bytes().startswith(b"\x89PNG")
    drawn = (tmp_path / "hardness.svg").read_bytes()
    assert b"<svg" in drawn
    again = CliRunner().invoke(app, [*arguments[:-1], str(tmp_path / "again"), "--json"])
    assert (tmp_path / "again" / "hardness.svg").read_bytes() == drawn
    assert len(orjson.loads(again.stdout)["points"]) == 6


def test_a_family_without_such_draws_shows_its_effort(tmp_path):
    shown = CliRunner().invoke(app, ["rules", "--vary", "depth=1,4", "--count", "6", "-o", str(tmp_path)])
    assert shown.exit_code == 0, shown.output
    assert "balanced by construction" in shown.output


@pytest.mark.parametrize("name", built_in_families())
def test_every_task_has_a_score_that_grows_with_effort(name):
    family = get_family(name)
    for task in family.tasks:
        found = {}
        for index in range(6):
            for draft in family.sample(task, make_knobs(family, {}), Stream("score", task, index)):
                figures = family.measure(task, draft.instance, Stream("measure"))
                found[figures["effort"]] = figures["score"]
                assert figures == family.measure(task, draft.instance, Stream("measure"))
        scores = [found[effort] for effort in sorted(found)]
        assert scores == sorted(scores) and all(0 <= score <= 1 for score in scores), task


def test_a_scale_is_the_share_of_smaller_efforts():
    scale = fit_scale([float(n) for n in range(1001)])
    assert scale.score(0) == 0 and scale.score(1000) == scale.score(5000) == 1
    assert scale.score(250) == pytest.approx(0.25, abs=0.01) and scale.score(760) == pytest.approx(0.76, abs=0.01)
    shipped = load_scale("sat")
    assert shipped is not None and list(shipped.efforts) == sorted(shipped.efforts)
    assert load_scale("no-such-family") is None
