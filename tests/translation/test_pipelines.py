import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from translation.tutor import ITEM, NLTK, SENTENCES, VOCABULARY, Tutor, answer

from logicbench.errors import InputError, UnknownNameError
from logicbench.logic.fol.parse import parse
from logicbench.models.protocol import Sampling
from logicbench.seeding import Stream
from logicbench.translation.items import Item
from logicbench.translation.pipelines.classes import equivalence_classes
from logicbench.translation.pipelines.clover import disprove
from logicbench.translation.pipelines.protocol import Ask, Settings, gather, prompt_text, render
from logicbench.translation.pipelines.registry import PIPELINES, get_pipeline
from logicbench.translation.pipelines.replies import last_translation, numbered, paired, structures, yes_or_no
from logicbench.translation.pipelines.vocabulary import read_vocabulary
from logicbench.translation.programs import read_folio_program, read_rule_program
from logicbench.translation.results import summarise
from logicbench.translation.run import LOG, RunConfig, translate
from logicbench.translation.typed_programs import read_typed_program

PIECES = ["1. ", "P(x)", ":::", "\n", "FOL: ", "∀x", "(", "Premises:\n", "Conclusion:\n", "Yes"]
SETTINGS = Settings(samples=3, rounds=2)
FOL = [name for name, pipeline in PIPELINES.items() if "fol" in pipeline.kinds]


def config(pipeline, seed=0):
    return RunConfig("tutor", "tutor", pipeline, "digest", SETTINGS, Sampling(logprobs=False), seed)


def converse(dialogue, responder):
    asked = []
    try:
        batch = next(dialogue)
        while True:
            asked += batch
            batch = dialogue.send([responder(ask.prompt) for ask in batch])
    except StopIteration as stop:
        return stop.value, asked


@pytest.mark.parametrize("name", FOL)
def test_a_right_model_is_right_in_every_pipeline(name, tmp_path):
    backend = Tutor()
    outcome = translate([ITEM], backend, PIPELINES[name], config(name), tmp_path)
    (record,) = outcome.records
    assert record["verdict"] == record["prediction"] == "True" and record["executed"] and not outcome.failed
    assert record["score"] | {"errors": {}} == {
        "correct": True, "compared": 4, "equivalent": 4, "closeness": 4.0, "errors": {}
    }  # fmt: skip
    assert record["calls"] == backend.calls == len(record["exchanges"])
    assert record["tokens"] == {"prompt": 7 * backend.calls, "completion": 3 * backend.calls}
    figures = summarise(outcome.records, outcome.seconds)
    assert figures["accuracy"] == figures["equivalent"] == figures["executable"] == 1.0


@pytest.mark.parametrize("name", FOL)
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_no_text_breaks_a_pipeline(name, data):
    pieces = st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from(PIECES)).map("".join),
    )
    result, _ = converse(PIPELINES[name].run(ITEM, SETTINGS), lambda _: data.draw(pieces))
    assert result.executed or result.error
    assert result.prediction in (None, "True", "False", "Uncertain")


@pytest.mark.parametrize("name", FOL)
def test_the_exchanges_of_a_run_replay_it(name, tmp_path):
    """They stand in the order of the questions, though answers come in another."""
    from logicbench.models.factory import make_backend
    from logicbench.translation.stand_in import stand_in

    (first,) = translate([ITEM], Tutor(), PIPELINES[name], config(name), tmp_path / "first").records
    script = tmp_path / "script.jsonl"
    texts = [exchange["completion"] for exchange in first["exchanges"]]
    script.write_text(json.dumps({"id": ITEM.name, "completion": texts}))
    backend = make_backend("scripted", str(script), [stand_in(ITEM)])
    (again,) = translate([ITEM], backend, PIPELINES[name], config(name), tmp_path / "again").records
    assert [again[key] for key in ("formulas", "verdict", "score", "details", "exchanges")] == [
        first[key] for key in ("formulas", "verdict", "score", "details", "exchanges")
    ]


@pytest.mark.parametrize("broken", ["pipelines.direct.decide", "run.score"])
def test_an_item_that_hits_a_fault_fails_alone(broken, tmp_path, monkeypatch):
    from dataclasses import replace
    from importlib import import_module

    place, name = f"logicbench.translation.{broken}".rsplit(".", 1)
    module = import_module(place)
    whole = getattr(module, name)

    def faulty(item, *rest):
        if item.name == "1":
            raise RuntimeError("an array of 37 dimensions")
        return whole(item, *rest)

    monkeypatch.setattr(module, name, faulty)
    items = [replace(ITEM, name=str(number)) for number in range(3)]
    outcome = translate(items, Tutor(), PIPELINES["direct"], config("direct"), tmp_path)
    assert [record["id"] for record in outcome.records] == ["0", "2"]
    assert len(outcome.failed) == 1 and "RuntimeError: an array of 37 dimensions" in outcome.failed[0]
    monkeypatch.undo()
    again = translate(items, Tutor(), PIPELINES["direct"], config("direct"), tmp_path)
    assert len(again.records) == 3 and not again.failed


def test_a_run_goes_on_where_it_stopped_and_asks_nothing_twice(tmp_path):
    from dataclasses import replace

    items = [replace(ITEM, name=str(number)) for number in range(5)]
    broken = Tutor(fail_after=3)
    first = translate(items, broken, PIPELINES["direct"], config("direct"), tmp_path)
    assert len(first.records) == 3 and len(first.failed) == 2 and "out of order" in first.failed[0]
    with open(tmp_path / LOG, "ab") as log:
        log.write(b'{"id": "torn')
    whole = Tutor()
    second = translate(items, whole, PIPELINES["direct"], config("direct"), tmp_path)
    assert [record["id"] for record in second.records] == [item.name for item in items]
    assert whole.calls == 2 and not second.failed
    with pytest.raises(InputError, match="another seed"):
        translate(items, Tutor(), PIPELINES["direct"], config("direct", seed=1), tmp_path)
    again = Tutor()
    translate(items, again, PIPELINES["direct"], config("direct", seed=1), tmp_path, fresh=True)
    assert again.calls == 5


def test_logic_lm_refines_with_the_message_and_stops_at_the_same_text():
    texts = iter(["Premises:\nCat(tom\nConclusion:\n→ → (", "Premises:\nCat(tom)\nConclusion:\nCat(tom)"])
    result, asked = converse(PIPELINES["logic-lm"].run(ITEM, SETTINGS), lambda _: next(texts))
    assert result.prediction == "True" and len(asked) == 2
    assert "expected" in asked[1].prompt and "→ → (" in asked[1].prompt
    result, asked = converse(PIPELINES["logic-lm"].run(ITEM, SETTINGS), lambda _: "no program")
    assert len(asked) == 2 and result.prediction is None and not result.executed
    result, asked = converse(PIPELINES["logic-lm"].run(ITEM, SETTINGS), lambda prompt: f"no program {len(prompt)}")
    assert len(asked) == 3, "two rounds of refinement"


def test_logic_lm_chooses_an_option():
    item = Item("o", ("...",), "", "B", "typed", ("A", "B"), "Which could be true?", ("Cleo first", "Ann second"))
    text = prompt_text("logic-lm-typed").split("------")[1].split("Options:\n", 1)[1]
    result, _ = converse(PIPELINES["logic-lm"].run(item, SETTINGS), lambda _: text[text.index("singers") :])
    assert result.prediction == "B" and result.executed
    with pytest.raises(InputError, match="logic-lm"):
        get_pipeline("linc").check(item)


def test_worked_examples_of_the_prompts_say_what_they_should():
    example = prompt_text("logic-lm-fol").split("------")[1].replace("======\n", "")
    assert read_folio_program(example[example.index("Predicates:") :]).run().verdict == "True"
    example = prompt_text("logic-lm-rules").split("------")[1].replace("======\n", "")
    assert read_rule_program(example[example.index("Predicates:") :]).run_rules().verdict == "True"
    example = prompt_text("logic-lm-typed").split("------")[1].replace("======\n", "")
    assert read_typed_program(example[example.index("# Declarations") :]).run() == (False, True)
    for name in ("direct", "linc", "semantic-majority", "incremental", "clover-translate"):
        formulas = re.findall(r"(?m)^(?:\d\. |FOL: |.* ::: )?([^:\n]*[∀∃(&].*)$", prompt_text(name).split("{%")[0])
        formulas = [text for text in formulas if not re.search(r":::|[a-z]\.$|, ¬,|Write|Use", text)]
        assert len(formulas) >= 3
        assert all(not parse(text).repairs for text in formulas), formulas


def test_linc_votes_and_discards_errors_and_lint():
    right = answer("Translate each of the following")
    wrong = right.replace("exists x. (Owns(ada, x) & Lazy(x))", "all x. Cat(x)")
    doubtful = wrong.replace("Owns(ada, tom)", "Cat(ada, tom)")
    texts = ["no formulas", wrong, right, doubtful]
    run = PIPELINES["linc"].run
    for lint, expected in ((False, "Uncertain"), (True, "Uncertain")):
        answers = iter([*texts, ""])
        result, _ = converse(run(ITEM, Settings(samples=5, lint=lint)), lambda _, answers=answers: next(answers))
        assert result.prediction == expected
    answers = iter([doubtful, doubtful, right])
    result, _ = converse(run(ITEM, Settings(samples=3, lint=True)), lambda _: next(answers))
    assert result.prediction == "True" and result.details["discarded"] == 2
    answers = iter([doubtful, doubtful, right])
    result, _ = converse(run(ITEM, Settings(samples=3)), lambda _: next(answers))
    assert result.prediction == "Uncertain"


def test_semantic_majority_counts_rewritings_together():
    rewritten = [
        "∀x (¬Lazy(x) → ¬Cat(x))", "∀x (Cat(x) ∧ Lazy(x))", "∀x (¬Cat(x) ∨ Lazy(x))", "∀x (Cat(x) ∧ Lazy(x))",
        "¬∃y (Cat(y) ∧ ¬Lazy(y))",
    ]  # fmt: skip
    numbered_rest = "\n".join(f"{place}. {text}" for place, text in enumerate(list(SENTENCES.values())[1:], 2))
    texts = iter([VOCABULARY, *(f"1. {text}\n{numbered_rest}" for text in rewritten)])
    result, asked = converse(PIPELINES["semantic-majority"].run(ITEM, Settings(samples=5)), lambda _: next(texts))
    assert result.formulas[0] == rewritten[0] and result.prediction == "True"
    assert result.details["classes"][0]["sizes"] == [3, 2]
    assert asked[0].greedy and not asked[1].greedy


def test_clover_takes_the_largest_class_or_lets_counter_models_decide():
    formulas = [parse(text).formula for text in ("∃x Cat(x)", "∀x Cat(x)", "¬∀x ¬Cat(x)")]
    assert equivalence_classes(formulas) == [[0, 2], [1]]
    notes = {}
    # Every model of the second is one of the first; that of the first alone cannot occur, so the second stands.
    winner, asked = converse(disprove("All are cats.", formulas, [0, 1], SETTINGS, notes), lambda _: "Answer: No")
    assert winner == 1 and len(asked) == 1 and notes["meetings"][0]["can_occur"] == [False, None]
    winner, _ = converse(disprove("Some cat.", formulas, [0, 1], SETTINGS, {}), lambda _: "Answer: Yes")
    assert winner == 0
    apart = [parse(text).formula for text in ("Cat(tom)", "Dog(tom)", "Cat(tom) ∧ Dog(tom)")]
    winner, _ = converse(disprove("...", apart, [0, 1], SETTINGS, {}), lambda _: "Yes")
    assert winner is None, "both can occur, so neither is right"
    winner, _ = converse(disprove("...", apart, [0, 1, 2], SETTINGS, {}), lambda _: "Yes")
    assert winner == 2
    winner, asked = converse(PIPELINES["clover"].run(ITEM, Settings(verification="counter-model")), answer)
    assert winner.prediction == "True"


def test_incremental_sends_back_what_the_reader_and_the_names_find():
    seen = []

    def responder(prompt):
        if prompt.startswith("The formula that translates"):
            seen.append(prompt)
            return "Cat(tom)"
        if prompt.strip().endswith("Tom is a cat."):
            return "Feline(tom)"
        return answer(prompt)

    result, _ = converse(PIPELINES["incremental"].run(ITEM, SETTINGS), responder)
    assert result.prediction == "True" and len(seen) == 1 and "Feline with 1 arguments" in seen[0]


def derivations(grammar, stream, count):
    """Random sentences of an EBNF without repetition operators."""
    tokens = re.compile(r'"(?:[^"\\]|\\.)*"|\w+|\|')
    rules = {}
    for line in grammar.splitlines():
        name, body = line.split(" ::= ", 1)
        rules[name] = [[]]
        for token in tokens.findall(body):
            if token == "|":
                rules[name].append([])
            else:
                rules[name][-1].append(token)

    def derive(rule, depth):
        chosen = rules[rule][0] if depth > 6 else stream.choice(rules[rule])
        parts = (part[1:-1].replace("\\n", "\n") if part[0] == '"' else derive(part, depth + 1) for part in chosen)
        return "".join(parts)

    return [derive("root", 0) for _ in range(count)]


def test_what_the_grammar_admits_is_read_without_repairs():
    vocabulary = read_vocabulary(VOCABULARY)
    assert read_vocabulary(vocabulary.text) == vocabulary
    for text in derivations(vocabulary.grammar(), Stream("grammar"), 200):
        assert not parse(text, "unicode").repairs, text
    three = derivations(vocabulary.grammar(3), Stream("grammar"), 5)
    assert all(all(numbered(text, 3)) and len(text.splitlines()) == 3 for text in three)


def test_a_backend_with_grammars_is_given_them(tmp_path):
    for name, constrained in (("semantic-majority", 3), ("incremental", 4), ("direct", 0)):
        backend = Tutor(grammar=True)
        translate([ITEM], backend, PIPELINES[name], config(name), tmp_path / name)
        assert sum(request.grammar is not None for request in backend.requests) == constrained


def test_greedy_questions_are_asked_at_temperature_zero(tmp_path):
    from dataclasses import replace

    backend = Tutor()
    warm = replace(config("semantic-majority"), sampling=Sampling(temperature=0.8, logprobs=False))
    translate([ITEM], backend, PIPELINES["semantic-majority"], warm, tmp_path)
    assert sorted(backend.temperatures) == [0.0, 0.8, 0.8, 0.8]
    assert len({request.seed for request in backend.requests}) == 4


def test_replies_are_found_where_models_put_them():
    assert numbered("Sure!\n2. B(y)\n1) A(x) ::: text\n1. C", 3) == ["A(x)", "B(y)", ""]
    assert numbered("A(x)\nB(x)", 2) == ["A(x)", "B(x)"]
    assert paired("FOL: A\nTEXT: two\nFOL: B\n", ["one.", "two."]) == ["A", "B"]
    assert paired("\n".join(f"TEXT: {s}\nFOL: {f}" for s, f in NLTK.items()), list(NLTK)) == list(NLTK.values())
    assert structures("**Structure 1:**\nU1: a\nStructure 2\nU1: b", 5) == ["U1: a", "U1: b"]
    assert last_translation("some a ::: A\nthe whole b. ::: B\nthe whole b ::: C", "The whole b.") == ("B", True)
    assert last_translation("x ::: A", "y") == ("A", False) and last_translation("", "y") == ("", False)
    assert yes_or_no("No wait.\nAnswer: Yes") is True and yes_or_no("nothing") is None


def test_dialogues_are_held_side_by_side():
    def ask(count):
        total = []
        for number in range(count):
            total += yield [Ask((f"{count}/{number}",))] * number
        return total

    result, asked = converse(gather([ask(3), ask(1), ask(4)]), str.upper)
    assert result == [["3/1", "3/2", "3/2"], [], ["4/1", "4/2", "4/2", "4/3", "4/3", "4/3"]]
    assert len(asked) == 9


def test_model_text_is_no_template():
    (turn,) = render("logic-lm-refine-fol", item=ITEM, program="{{ 7 * 7 }}", error="{% x %}\n------\n======\n")
    assert "{{ 7 * 7 }}" in turn and "------" in turn


def test_unknown_names_are_refused():
    with pytest.raises(UnknownNameError, match="clover"):
        get_pipeline("clovr")
