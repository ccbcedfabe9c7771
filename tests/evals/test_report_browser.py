"""The report in a real browser: it loads without a word on the console, filters work, hostile text stays text."""

import math
import random
import time

import pytest
from support.chromium import BROWSER, Chromium

from logicbench import generate
from logicbench.evals.config import EvalConfig
from logicbench.evals.report import write_report
from logicbench.evals.runner import evaluate
from logicbench.family import get_family
from logicbench.models.protocol import Capabilities, Completion
from logicbench.seeding import Stream

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed (Debian: apt-get install chromium)")

HOSTILE = "</pre></script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>\u2028 needle-in-hay"
SAMPLES = 8


class Thinker:
    """Answers with thinking, right where a die says so, hostile now and then."""

    name, capabilities = "transformers", Capabilities()

    def __init__(self, problems):
        self.problems = {problem.id: problem for problem in problems}

    def describe(self):
        return {"kind": self.name, "model": "<b>thinker</b>"}

    def statistics(self):
        return {}

    def close(self):
        pass

    def complete(self, requests, sampling):
        for request in requests:
            die = random.Random(request.seed)
            problem = self.problems[request.problem_id]
            tokens = int(math.exp(die.gauss(5, 0.6)))
            thought = "<think>\n" + "x1 forces x2. " * die.randrange(1, 30)
            if die.random() < 0.05:
                yield Completion(request.key, thought, "length", 50, latency_s=tokens / 50, reported_tokens=tokens)
                continue
            guess = get_family(problem.family).guess(problem, Stream("guess", request.seed))
            answer = problem.reference if die.random() < 0.6 else guess
            text = f"{thought}</think>\n{HOSTILE if die.random() < 0.1 else ''}\nAnswer: {answer}"
            yield Completion(request.key, text, "stop", 50, latency_s=tokens / 50, reported_tokens=tokens)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    problems = [
        *generate("sat", "assign", surface=("math", "dimacs"), count=30, knobs={"variables": range(4, 12)}),
        *generate("sat", "decide", count=20, knobs={"variables": range(4, 12)}),
    ]
    config = EvalConfig("<i>thinker</i>", samples=SAMPLES)
    outcome = evaluate(problems, Thinker, folder / "run", config, argv=["logicbench", "eval", "<script>"])
    assert outcome.status == "complete"
    return write_report(folder / "run")


@pytest.fixture(scope="module")
def browser(page):
    chromium = Chromium()
    chromium.open(page)
    chromium.wait("window.browser && document.querySelectorAll('.row').length")
    yield chromium
    chromium.close()


@pytest.fixture(autouse=True)
def fresh(browser):
    browser.run(
        """(() => {
          for (const id of ["search", "family", "task", "surface"]) document.getElementById(id).value = "";
          document.getElementById("hardness-from").value = 0; document.getElementById("hardness-to").value = 1;
          window.browser.search = null; window.browser.needle = "";
          window.browser.outcomes = new Set(window.browser.index.outcomes.keys()); window.browser.filter();
        })()"""
    )


TOTAL = 80 * SAMPLES
SHOWN = "window.browser.view.length"


def change(browser, name, value, event="change"):
    browser.run(
        f"(() => {{ const field = document.getElementById({name!r}); field.value = {value!r}; "
        f"field.dispatchEvent(new Event({event!r})); }})()"
    )


def test_it_loads_in_silence_and_shows_every_completion(browser):
    assert browser.trouble == []
    assert browser.run(SHOWN) == TOTAL
    assert browser.run("document.getElementById('count').textContent") == f"{TOTAL} of {TOTAL}"
    assert browser.run("document.querySelector('h1').textContent") == "i>"


def test_filters_narrow_the_list_and_agree_with_the_index(browser):
    change(browser, "task", "decide")
    assert browser.run(SHOWN) == 20 * SAMPLES
    change(browser, "task", "")
    change(browser, "surface", "dimacs")
    assert browser.run(SHOWN) == 30 * SAMPLES
    browser.run("document.querySelector('[data-outcome=wrong]').click()")
    counted = browser.run(
        "window.browser.index.kind.filter((kind, at) => window.browser.index.kinds[kind][2] === 'dimacs' && "
        "window.browser.index.outcome[at] === window.browser.index.outcomes.indexOf('wrong')).length"
    )
    assert 0 < browser.run(SHOWN) == counted < 30 * SAMPLES
    change(browser, "surface", "")
    change(browser, "hardness-from", "0.2", "input")
    scores = browser.run("window.browser.view.map((place) => window.browser.index.hardness[place])")
    assert scores and min(scores) >= 0.2


def test_search_finds_what_completions_say_and_marks_it(browser):
    change(browser, "search", "NEEDLE-in", "input")
    browser.wait(f"window.browser.search !== null && {SHOWN} < {TOTAL}")
    found = browser.run(SHOWN)
    assert 0 < found < TOTAL / 4
    browser.run("window.browser.select(0)")
    browser.wait("document.querySelector('#sample mark')")
    assert browser.run("document.querySelector('#sample mark').textContent") == "needle-in"
    assert "<script>" in browser.run("document.getElementById('sample').textContent")


def test_hostile_text_does_not_run(browser):
    for at in range(0, TOTAL, 7):
        browser.run(f"window.browser.select({at})")
    assert browser.run("window.hacked") is None
    assert browser.run("document.querySelectorAll('img, #sample script').length") == 0
    assert browser.trouble == []


def test_thinking_is_folded_and_violations_are_listed(browser):
    browser.run("document.querySelector('[data-outcome=wrong]').click()")
    browser.run("window.browser.select(0)")
    browser.wait("document.querySelector('#sample details summary')")
    assert browser.run("document.querySelector('#sample details summary').textContent") == "Thinking"
    assert browser.run("document.querySelector('#sample details').open") is False
    assert browser.run("document.querySelectorAll('#sample ul.wrong li').length") > 0


def test_only_the_rows_in_view_are_drawn(browser):
    assert browser.run("document.querySelectorAll('.row').length") < 60
    browser.run("document.getElementById('list').scrollTop = 1e9")
    browser.wait(f"[...document.querySelectorAll('.row')].some((row) => row.dataset.at == {TOTAL - 1} && !row.hidden)")


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (390, False)])
def test_it_is_not_blank_and_fits_the_screen(browser, width, dark):
    browser.resize(width, 900)
    browser.scheme(dark)
    time.sleep(0.2)
    assert browser.run("document.documentElement.scrollWidth") <= width
    background = browser.run("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, background[4:-1].split(","))) < 200) == dark
    colours = browser.run(
        "[...document.querySelectorAll('.tile b, figure svg .dot, .row')].filter((node) => "
        "node.getBoundingClientRect().width > 0).length"
    )
    assert colours > 20
    assert len(browser.screenshot()) > 20_000
    browser.resize(1280, 900)
    browser.scheme(False)


def test_the_button_turns_the_theme(browser):
    browser.scheme(False)
    before = browser.run("getComputedStyle(document.body).backgroundColor")
    browser.run("document.getElementById('theme').click()")
    after = browser.run("getComputedStyle(document.body).backgroundColor")
    browser.run("document.getElementById('theme').click()")
    assert before != after and browser.run("getComputedStyle(document.body).backgroundColor") == before
