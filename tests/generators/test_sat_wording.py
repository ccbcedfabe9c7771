"""The wording of the sat family's prompts: what a reader needs, and number and person of its nouns."""

import pytest

from logicbench.errors import InputError
from logicbench.family import get_family
from logicbench.generation import Request, generate, generate_from_files
from logicbench.generators.sat.views import SURFACES


def prompts(task, surface, count=24, **knobs):
    found = generate("sat", task, count=count, surface=surface, knobs={"variables": 5, **knobs}, measure=False)
    return {problem.rendering["template"]: problem.prompt for problem in found}


def test_conditions_of_c_code_are_not_their_negations():
    shown = [prompt for template, prompt in prompts("mus", "code").items() if template.startswith("c-")]
    assert shown and all("each condition is what stands in the parentheses after `!`" in prompt for prompt in shown)


def test_every_dimacs_prompt_explains_the_format():
    shown = prompts("decide", "dimacs")
    assert set(shown) == {"plain", "explained", "file"}
    for prompt in shown.values():
        assert "true when at least one of its literals is true" in prompt.replace("\n", " ")
        assert "minus sign negates" in prompt and "0" in prompt.partition("p cnf")[0]


def test_weights_on_lines_are_explained():
    for surface in SURFACES:
        for prompt in prompts("maxsat", surface, 6, weighted=True).values():
            assert ("[weight " in prompt) == ("stands in brackets at the end of its line." in prompt)


@pytest.mark.parametrize("task", ["certify", "maxsat", "mcs", "mus"])
def test_people_are_who(task):
    for surface in ("story", "dual-story"):
        for prompt in prompts(task, surface, 8, **({"weighted": True} if task == "maxsat" else {})).values():
            question = prompt.rpartition("\n\n")[0].rpartition("\n\n")[2] + prompt.rpartition("\n\n")[2]
            assert not any(
                f"{people} that" in question for people in ("guests", "neighbours", "sponsors", "inspectors")
            )


def test_stories_ask_for_a_backbone_in_their_own_words():
    for prompt in prompts("backbone", "story").values():
        question = prompt[prompt.index("There is at least one choice") :]
        assert "are the same in all such choices?" in question and "value" not in question


@pytest.mark.parametrize("surface", SURFACES)
def test_one_clause_is_spoken_of_in_the_singular(surface, tmp_path):
    (tmp_path / "one.cnf").write_text("p cnf 2 1\n1 -2 0\n")
    for seed in range(6):
        request = Request("sat", "decide", surfaces=(surface,), seed=seed, measure=False)
        [problem] = generate_from_files(request, [str(tmp_path / "one.cnf")])
        assert not any(f"1 {plural}" in problem.prompt for plural in ("clauses", "conditions", "sets"))
        assert "from 1 to 1" not in problem.prompt


@pytest.mark.parametrize(
    ("text", "reason"), [("p cnf 2 0\n", "without clauses"), ("p cnf 2 2\n1 0\n0\n", "clause 2 is")]
)
def test_formulas_that_no_surface_can_show_are_refused(text, reason, tmp_path):
    (tmp_path / "bare.cnf").write_text(text)
    for task in get_family("sat").tasks:
        with pytest.raises(InputError, match=reason):
            list(generate_from_files(Request("sat", task, measure=False), [str(tmp_path / "bare.cnf")]))
