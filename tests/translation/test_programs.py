"""Logic-LM's programs become formulas; nothing in them is run."""

import pytest

from logicbench.errors import InputError
from logicbench.translation.programs import read_folio_program, read_rule_program, sections
from logicbench.translation.typed_programs import read_typed_program

RULES = """Predicates:
Kind($x, bool) ::: Is x kind?
Facts:
Kind(Bob, True) ::: Bob is kind.
Red($x, True)
Rules:
Kind($x, True) && Not(Red($x, True)) >>> Big($x, False) ::: a rule
Query:
Big(Bob, False) ::: the query
"""


def test_sections_drop_the_english():
    assert sections(RULES)["facts"] == ["Kind(Bob, True)", "Red($x, True)"]
    assert sections("**Premises:**\nP(a) ::: x\n\n# Conclusion\nP(b)") == {"premises": ["P(a)"], "conclusion": ["P(b)"]}


def test_folio_programs():
    program = read_folio_program("Premises:\n∀x (Dog(x) → Pet(x)) ::: a\nDog(rex) ::: b\nConclusion:\nPet(rex) ::: c")
    assert program.run().verdict == "True"
    with pytest.raises(InputError, match="Conclusion"):
        read_folio_program("Premises:\nP(a)")


def test_rules_are_universal_and_facts_are_not():
    assert read_rule_program(RULES).run_rules().verdict == "Uncertain"
    assert read_rule_program(RULES.replace("Red($x, True)\n", "Red(Bob, False)\n")).run_rules().verdict == "True"
    # A rule under the wrong title is a rule all the same.
    misplaced = "Facts:\nKind($x, True) >>> Big($x, True)\nKind(Bob, True)\nQuery:\nBig(Bob, True)"
    assert read_rule_program(misplaced).run_rules().verdict == "True"


def test_a_contradiction_elsewhere_entails_nothing():
    text = "Facts:\nBig(Bob, True)\nBig(Bob, False)\nRules:\nBig($x, True) >>> Red($x, {})\nQuery:\nRed(Bob, True)"
    assert read_rule_program(text.format("True")).run().verdict == "Inconsistent"
    assert read_rule_program(text.format("True")).run_rules().verdict == "True"
    assert read_rule_program(text.format("False")).run_rules().verdict == "False"
    assert (
        read_rule_program(text.replace("Query:\nRed", "Query:\nOld").format("True")).run_rules().verdict == "Uncertain"
    )


@pytest.mark.parametrize(
    "text", ["", "Facts:\nP(a)", "Query:\nP(a", "Query:\nA >>> B >>> C", "Facts:\n(()\nQuery:\nP(a)"]
)
def test_what_is_no_program_is_refused(text):
    with pytest.raises(InputError):
        read_rule_program(text)


def test_text_is_never_run():
    evil = "Facts:\n__import__('os').system('touch /tmp/never')\nQuery:\nexec(print, True)"
    try:
        read_rule_program(evil).run_rules()
    except InputError:
        pass
    else:
        assert read_rule_program(evil).conclusion.name == "exec"


PROGRAM = """Facts:
Quiet(Anne, True) ::: a
Rules:
Quiet($x, True) >>> Kind($x, True) ::: b
Query:
Kind(Anne, True) ::: c"""
TYPED = """# Declarations
day = EnumSort([1, 2])
Ann = Function([day] -> [day])

# Constraints
Ann(1) == 2

# Options
is_sat(Ann(1) == 1) ::: A)
is_sat(Ann(1) == 2) ::: B)"""


@pytest.mark.parametrize(
    "text",
    [
        f"Here is the corrected program:\n\n```\n{PROGRAM}\n```\nNow every rule has its bracket.",
        f"```python\n{PROGRAM}",
        f"Program:\n{PROGRAM}",
        PROGRAM.replace("Query:", "```\nQuery:") + "\n```",
    ],
)
def test_programs_are_read_out_of_fences_and_prose(text):
    assert read_rule_program(text).run_rules().verdict == "True"


@pytest.mark.parametrize("text", ["Program:\n\n{}", "Here it is:\n```\n{}\n```\nAll is declared.", "```\n{}"])
def test_typed_programs_are_read_out_of_fences_and_prose(text):
    assert read_typed_program(text.format(TYPED)).answer() == "B"
