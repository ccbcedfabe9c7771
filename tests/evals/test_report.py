"""The report: complete, self-contained, and safe against what models write."""

import base64
import csv
import gzip
import hashlib
import re
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import orjson
import pytest

from logicbench import generate
from logicbench.errors import InputError
from logicbench.evals.config import EvalConfig
from logicbench.evals.report import write_report
from logicbench.evals.report.browser import choose, shorten
from logicbench.evals.report.gather import gather
from logicbench.evals.report.tables import Table, to_latex
from logicbench.evals.results import OUTCOMES
from logicbench.evals.runner import evaluate
from logicbench.models.protocol import Capabilities, Completion
from logicbench.problem import dump_line

HOSTILE = '</pre></script><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}{% for %} & "quoted"'
VOID = {"meta", "img", "link", "br", "input", "line", "circle", "rect", "polygon", "polyline"}


class Page(HTMLParser):
    """Collects tags, attributes, text and data, and insists that tags close in order."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.attributes, self.text, self.scripts = [], set(), [], [], {}

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        if tag == "script":
            self.name = dict(attrs).get("id", "")
            self.scripts[self.name] = ""
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("script", "style"):
            self.scripts[self.name if self.open[-1] == "script" else "style"] = data
        else:
            self.text.append(data)

    def unpacked(self, name):
        return orjson.loads(gzip.decompress(base64.b64decode(self.scripts[name])))


def command(*arguments):
    return subprocess.run([sys.executable, "-m", "logicbench", *arguments], capture_output=True, text=True)


def scripted_run(folder, problems, says, *options):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "problems.jsonl").write_bytes(b"".join(dump_line(problem.to_json()) for problem in problems))
    lines = [{"id": problem.id, "completion": text} for problem, text in zip(problems, says, strict=True)]
    (folder / "says.jsonl").write_bytes(b"".join(map(dump_line, lines)))
    done = command(
        *("eval", "--backend", "scripted", "--model", str(folder / "says.jsonl"), "--quiet", *options),
        *("--tasks", str(folder / "problems.jsonl"), "--output", str(folder / "run")),
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of a scripted model that answers one problem right and writes hostile text to the other two."""
    folder = tmp_path_factory.mktemp("report")
    problems = list(generate("sat", "assign", count=3, knobs={"variables": 5}))
    says = [f"Answer: {problems[0].reference}", HOSTILE, f"{HOSTILE} Answer: 00000 or 11111"]
    done = scripted_run(folder, problems, says)
    assert done.stdout.rstrip().endswith(f"Report: {folder / 'run' / 'report.html'}")
    return folder / "run"


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Two runs on the same forty problems of two tasks, one right more often than the other."""
    problems = [
        *generate("sat", "assign", count=20, surface=("math", "dimacs"), knobs={"variables": range(4, 12)}),
        *generate("sat", "decide", count=10, knobs={"variables": range(4, 12)}),
    ]
    folders = []
    for name, every in (("dense", 5), ("pruned", 2)):
        folder = tmp_path_factory.mktemp("pair") / name
        wrong = "Answer: I do not know"
        says = [wrong if n % every == 0 else f"Answer: {p.reference}" for n, p in enumerate(problems)]
        scripted_run(folder, problems, says)
        folders.append(folder / "run")
    return folders


def parsed(path):
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    assert not page.open
    return page


def test_the_page_is_well_formed_and_says_what_the_results_say(run):
    page = parsed(run / "report.html")
    text = "".join(page.text)
    overall = orjson.loads((run / "results.json").read_bytes())["overall"]
    assert f"{100 * overall['accuracy']:.1f} %" in text
    assert "sat:assign" in text and "3 problems, 1 completion of each" in text


def test_hostile_text_is_data_and_never_markup(run):
    page = parsed(run / "report.html")
    chunk = page.unpacked("chunk-0")
    assert HOSTILE in "".join(part for sample in chunk["samples"] for part in sample["parts"])
    assert page.tags.isdisjoint({"img", "iframe", "object", "link"})
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "src"]
    assert "alert(1)" not in (run / "report.html").read_text()


def test_the_policy_allows_the_page_s_own_script_and_style_and_nothing_else(run):
    page = parsed(run / "report.html")
    policy = next(value for name, value in page.attributes if name == "content" and "default-src" in value)
    assert policy.startswith("default-src 'none'")
    allowed = set(re.findall(r"'sha256-([^']+)'", policy))
    hashes = {base64.b64encode(hashlib.sha256(page.scripts[name].encode()).digest()).decode() for name in ("", "style")}
    assert allowed == hashes
    assert "innerHTML" not in page.scripts[""] and "http" not in page.scripts[""]


def test_every_completion_is_in_the_browser_with_its_answer_and_violations(run):
    page = parsed(run / "report.html")
    index, chunk = page.unpacked("index"), page.unpacked("chunk-0")
    assert [OUTCOMES[code] for code in index["outcome"]] == ["correct", "unparsable", "unparsable"]
    assert len(chunk["samples"]) == len(chunk["problems"]) == 3
    right, _, ambiguous = chunk["samples"]
    assert right["read"] == chunk["problems"][0]["reference"] and "violations" not in right
    assert ambiguous["violations"] and "read" not in ambiguous


def test_the_command_writes_where_it_is_told(run, tmp_path):
    done = command("report", str(run), "--output", str(tmp_path / "page.html"))
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "page.html").read_bytes() == (run / "report.html").read_bytes()


def test_what_is_no_run_is_refused_in_one_sentence(tmp_path):
    done = command("report", str(tmp_path))
    assert done.returncode == 2 and str(tmp_path) in done.stderr and "Traceback" not in done.stderr


def test_a_comparison_has_the_figures_of_compare_and_the_files_hold_the_same(pair, tmp_path):
    pytest.importorskip("matplotlib")
    page = write_report(pair[0], tmp_path / "page.html", [pair[1]], tmp_path / "figures")
    found = parsed(page)
    ids = {value for name, value in found.attributes if name == "id"}
    assert {"figure-hardness", "figure-compare-difference", "table-compare-1", "table-results"} <= ids
    index = found.unpacked("index")
    right = OUTCOMES.index("correct")
    there = index["others"][0]["outcome"]
    results = [orjson.loads((folder / "results.json").read_bytes()) for folder in pair]
    for outcomes, result in zip((index["outcome"], there), results, strict=True):
        assert outcomes.count(right) == round(result["overall"]["correct"] * len(outcomes))
    names = {path.name for path in (tmp_path / "figures").iterdir()}
    for key in ("hardness", "accuracy", "outcomes", "compare-difference"):
        assert (tmp_path / "figures" / f"{key}.png").read_bytes().startswith(b"\x89PNG")
        assert "<svg" in (tmp_path / "figures" / f"{key}.svg").read_text()
    assert {"results.csv", "results.tex", "compare-1.csv", "compare-1.tex"} <= names
    with open(tmp_path / "figures" / "results.csv", newline="") as lines:
        rows = list(csv.reader(lines))
    results = results[0]
    shown = {row[0]: row[2].split()[0] for row in rows}
    assert shown["all"] == f"{100 * results['overall']['accuracy']:.1f}"
    assert shown["sat:assign"] == f"{100 * results['by_task'][0]['accuracy']:.1f}"


def test_figures_have_the_same_bytes_every_time(pair, tmp_path):
    pytest.importorskip("matplotlib")
    for name in ("one", "two"):
        write_report(pair[0], tmp_path / f"{name}.html", figures=tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


class Broken:
    """Fails every request."""

    name, capabilities = "broken", Capabilities()

    def describe(self):
        return {"kind": self.name}

    def statistics(self):
        return {}

    def close(self):
        pass

    def complete(self, requests, sampling):
        for request in requests:
            yield Completion(request.key, "", "error", error="no <b>reply</b>")


def test_a_run_without_a_single_completion_has_a_report(tmp_path):
    problems = list(generate("sat", "assign", count=3, knobs={"variables": 5}))
    evaluate(problems, lambda asked: Broken(), tmp_path / "run", EvalConfig("broken"), argv=["logicbench"])
    page = parsed(write_report(tmp_path / "run", figures=tmp_path / "figures"))
    assert "– %" in "".join(page.text)
    assert page.unpacked("chunk-0")["samples"][0]["error"] == "no <b>reply</b>"


def test_runs_on_other_problems_are_not_compared(run, pair, tmp_path):
    with pytest.raises(InputError):
        write_report(run, tmp_path / "page.html", [pair[0]])


def test_a_part_of_the_completions_keeps_every_kind_and_outcome(pair):
    data = gather(pair[0])
    chosen = choose(data, 20)
    assert len(chosen) <= 20 + len(OUTCOMES) * len(data.kinds) and list(chosen) == sorted(set(chosen))
    assert np.array_equal(chosen, choose(data, 20))

    def strata(places):
        return set(zip(data.kind[data.problem[places]], data.outcome[places], strict=True))

    assert strata(chosen) == strata(np.arange(len(data.problem)))
    assert len(choose(data, 10**6)) == len(data.problem)


def test_long_texts_keep_their_ends_and_say_what_is_missing():
    text = "a" * 5000 + "b" * 5000
    short = shorten(text, 100)
    assert short.startswith("a" * 50) and short.endswith("b" * 50) and "9,900 characters" in short
    assert shorten("x" * 100, 100) == "x" * 100


def test_latex_escapes_what_latex_would_read():
    table = Table("t", "T", ("a_b", "100 %"), (("x & y", "\\1 {2} #3 ~ ^"), ("all", "–")), frozenset({1}))
    lines = to_latex(table).splitlines()
    assert r"a\_b & 100 \%" in lines[2]
    assert lines[4] == r"x \& y & \textbackslash{}1 \{2\} \#3 \textasciitilde{} \textasciicircum{} \\"
    assert lines[5:8] == [r"\midrule", r"all & -- \\", r"\bottomrule"]
