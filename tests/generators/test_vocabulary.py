"""Names, and with invented words all words, do not come twice in a data set; a twin and a variant keep theirs."""

import re
from collections import defaultdict

import pytest

import logicbench
from logicbench.logic.english.lexicon import lexicon

FAST = {
    ("nlsat", "decide"): {"variables": 5, "filter": "none", "min_support": 1},
    ("rules", "proof"): {"depth": 1, "distractors": 0, "people": 2},
}
OTHERS = {
    ("nlsat", "entail"): {"fragment": "syllogistic", "predicates": 5},
    ("nlsat", "certify"): {"fragment": "transitive", "people": 2, "predicates": 4},
    ("rules", "answer"): {"source": "hard-sat", "variables": 6},
    ("fol", "entail"): {"depth": 1, "distractors": 0},
    ("fol", "translate"): {},
    ("skills", "judge"): {},
}
_TOKEN = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")


def invented_words(problem):
    """Return the lemmas of the invented names and words that a prompt has, in any surface but a logical one."""
    words = set()
    for token in _TOKEN.findall(problem.prompt):
        word = token.removeprefix("non-")
        if lexicon().is_invented(word):
            words.add(lexicon().form(word).lemma)
    return words


def owners(family, task, count, **settings):
    """Return the groups that each invented name or word occurs in, and all problems."""
    found = defaultdict(set)
    problems = list(logicbench.generate(family, task, count=count, seed=3, knobs=settings, measure=False))
    for problem in problems:
        for word in invented_words(problem):
            found[word].add(problem.group_id)
    return found, problems


@pytest.mark.parametrize(("words", "count"), [("english", 200), ("invented", 2000)])
@pytest.mark.parametrize(("family", "task"), FAST)
def test_nothing_invented_comes_twice(family, task, words, count):
    found, problems = owners(family, task, count, **FAST[family, task], words=words)
    assert len(problems) == count
    assert all(len(groups) == 1 for groups in found.values())
    names = {word for word in found if word[0].isupper()}
    assert len(names) >= 2 * len({problem.group_id for problem in problems})
    assert all(set(problem.instance["people"]) <= names for problem in problems)
    assert (len(found) > 3 * len(names) / 2) == (words == "invented")


@pytest.mark.parametrize("words", ["english", "invented"])
@pytest.mark.parametrize(("family", "task"), OTHERS)
def test_nothing_invented_comes_twice_in_other_tasks(family, task, words):
    found, problems = owners(family, task, 24, **OTHERS[family, task], words=words)
    assert found or words == "english"
    assert all(len(groups) == 1 for groups in found.values())
    for problem in problems:
        if problem.reference is not None:
            assert logicbench.verify(problem, f"Answer: {problem.reference}").correct


@pytest.mark.parametrize(("family", "task"), [*FAST, *OTHERS])
def test_a_renamed_variant_has_words_of_its_own(family, task):
    settings = {**FAST, **OTHERS}[family, task]
    request = {"count": 6, "knobs": {**settings, "words": "invented"}, "variants": ["rename"], "measure": False}
    groups = defaultdict(dict)
    for problem in logicbench.generate(family, task, **request):
        groups[problem.instance_id][problem.variant] = problem
        if problem.reference is not None:
            assert logicbench.verify(problem, f"Answer: {problem.reference}").correct
    for group in groups.values():
        base, renamed = (invented_words(group[variant]) for variant in ("base", "rename"))
        assert base and len(base) == len(renamed) and not base & renamed


@pytest.mark.parametrize(("family", "task"), FAST)
def test_workers_do_not_change_a_byte_with_invented_words(family, task):
    request = {"count": 20, "surface": "all", "knobs": {**FAST[family, task], "words": "invented"}}
    one, two = (
        [problem.to_json() for problem in logicbench.generate(family, task, workers=workers, **request)]
        for workers in (1, 2)
    )
    assert one == two


@pytest.mark.parametrize(("family", "task"), FAST)
def test_a_prompt_says_that_its_words_are_made_up(family, task):
    for words in ("english", "invented"):
        made = logicbench.generate(family, task, count=4, knobs={**FAST[family, task], "words": words}, measure=False)
        assert all(("words are made up" in problem.prompt) == (words == "invented") for problem in made)
