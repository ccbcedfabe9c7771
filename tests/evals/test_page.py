"""The report: complete, self-contained, and safe against what models write."""

import subprocess
import sys
from html.parser import HTMLParser

import orjson
import pytest

from logicbench import generate
from logicbench.problem import dump_line

HOSTILE = '</pre><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}{% for %} & "quoted"'
VOID = {"meta", "img", "link", "br"}


class Page(HTMLParser):
    """Collects tags, attributes and text, and insists that tags close in order."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def command(*arguments):
    return subprocess.run([sys.executable, "-m", "logicbench", *arguments], capture_output=True, text=True)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of a scripted model that answers one problem right and writes hostile text to the other two."""
    folder = tmp_path_factory.mktemp("report")
    problems = list(generate("sat", "assign", count=3, knobs={"variables": 5}))
    (folder / "problems.jsonl").write_bytes(b"".join(dump_line(problem.to_json()) for problem in problems))
    says = [f"Answer: {problems[0].reference}", HOSTILE, f"{HOSTILE} Answer: 00000, no, 11111"]
    lines = [{"id": problem.id, "completion": text} for problem, text in zip(problems, says, strict=True)]
    (folder / "says.jsonl").write_bytes(b"".join(map(dump_line, lines)))
    done = command(
        *("eval", "--backend", "scripted", "--model", str(folder / "says.jsonl"), "--quiet"),
        *("--tasks", str(folder / "problems.jsonl"), "--output", str(folder / "run")),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith(f"Report: {folder / 'run' / 'report.html'}")
    return folder / "run"


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


def test_hostile_text_is_shown_and_never_run(run):
    page = parsed(run / "report.html")
    assert HOSTILE in "".join(page.text)
    assert page.tags.isdisjoint({"script", "img", "iframe", "object", "link"})
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "href")]


def test_the_command_writes_where_it_is_told(run, tmp_path):
    done = command("report", str(run), "--output", str(tmp_path / "page.html"))
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "page.html").read_bytes() == (run / "report.html").read_bytes()


def test_what_is_no_run_is_refused_in_one_sentence(tmp_path):
    done = command("report", str(tmp_path))
    assert done.returncode == 2 and str(tmp_path) in done.stderr and "Traceback" not in done.stderr
