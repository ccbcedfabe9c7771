"""Grammars of answers: right answers follow them, wordy ones do not, and requests carry them when asked to."""

import re

import pytest

from logicbench import generate
from logicbench.errors import InputError
from logicbench.evals.config import EvalConfig, Prompting
from logicbench.evals.manifest import differences
from logicbench.evals.plan import Plan, answer_grammar
from logicbench.evals.prompting import Prompter


def as_pattern(grammar):
    """Translate the subset of EBNF that answers use: one rule of literals, choices and character classes."""
    name, _, body = grammar.partition(" ::= ")
    assert name == "root"
    parts = re.findall(r'"[^"]*"|\[[^\]]*\]|[()|]|\S+', body)
    return re.compile("".join(re.escape(part[1:-1]) if part.startswith('"') else part for part in parts))


@pytest.mark.parametrize("surface", ["math", "dimacs", "story", "code"])
@pytest.mark.parametrize("task", ["decide", "assign"])
def test_right_answers_follow_their_grammar_and_guesses_too(task, surface):
    for problem in generate("sat", task, surface=surface, count=8, knobs={"variables": range(4, 12)}):
        pattern = as_pattern(answer_grammar(problem))
        assert pattern.fullmatch(f"Answer: {problem.reference}")
        assert not pattern.fullmatch(f"Well, {problem.reference}") and not pattern.fullmatch("Answer: perhaps")


def test_tasks_without_a_grammar_have_none():
    assert answer_grammar(next(iter(generate("sat", "certify", count=1)))) is None
    assert answer_grammar(next(iter(generate("coloring", count=1)))) is None


def test_requests_carry_a_grammar_only_when_asked_to():
    problems = list(generate("sat", "decide", count=2))
    prompter = Prompter(Prompting(), problems)
    assert [request.grammar for request in Plan(problems, 1, 0, prompter)] == [None, None]
    assert all(request.grammar for request in Plan(problems, 1, 0, prompter, grammar=True))


def test_rounds_and_grammars_exclude_each_other():
    with pytest.raises(InputError, match="--grammar"):
        EvalConfig("m", grammar=True, strategy={"name": "iterate"})


def test_a_run_from_before_the_setting_may_be_resumed_without_it_only():
    old = EvalConfig("m").to_json()
    del old["grammar"]
    assert differences(old, EvalConfig("m").to_json()) == []
    assert differences(old, EvalConfig("m", grammar=True).to_json()) == ["grammar was None, is True"]
