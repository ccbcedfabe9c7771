import pytest
from english_theories import SENTENCES, theory, vocabulary
from hypothesis import given, settings
from hypothesis import strategies as st

from logicbench.errors import InputError
from logicbench.logic.english import FRAGMENTS
from logicbench.seeding import Stream


def check_round_trips(fragment, count):
    grammar = FRAGMENTS[fragment]
    for index in range(count):
        stream = Stream("round trip", fragment, index)
        sentences = theory(fragment, stream)
        assert grammar.read_theory(grammar.write_theory(sentences, stream)) == tuple(sentences)


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_reading_undoes_writing(fragment):
    check_round_trips(fragment, 400)


@pytest.mark.slow
@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_reading_undoes_writing_10000_times(fragment):
    check_round_trips(fragment, 10_000)


@pytest.mark.parametrize("fragment", FRAGMENTS)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**60))
def test_all_wordings_mean_the_same(fragment, seed):
    stream = Stream("wordings", seed)
    sentence = SENTENCES[fragment](vocabulary(stream), stream)
    grammar = FRAGMENTS[fragment]
    wordings = {grammar.write(sentence, stream.child(attempt)) for attempt in range(20)} | {grammar.write(sentence)}
    assert {grammar.read(text) for text in wordings} == {sentence}


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_most_sentences_have_several_wordings(fragment):
    grammar = FRAGMENTS[fragment]
    several = 0
    for seed in range(200):
        stream = Stream("several", seed)
        sentence = SENTENCES[fragment](vocabulary(stream), stream)
        several += len({grammar.write(sentence, stream.child(attempt)) for attempt in range(12)}) > 1
    assert several > 140


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_sentences_are_typeset(fragment):
    for seed in range(100):
        stream = Stream("typeset", seed)
        text = FRAGMENTS[fragment].write_theory(theory(fragment, stream), stream)
        assert "  " not in text
        assert " ," not in text
        assert text[0].isupper()
        assert text.endswith(".")


def attempt(grammar, text):
    try:
        return grammar.read_theory(text), ""
    except InputError as error:
        return None, str(error)


def mutate(text, stream):
    """Swap, drop, double or replace a few words or characters."""
    words = text.split(" ")
    for _ in range(1 + stream.below(3)):
        here, there = stream.below(len(words)), stream.below(len(words))
        action = stream.below(4)
        if action == 0:
            words[here], words[there] = words[there], words[here]
        elif action == 1 and len(words) > 1:
            del words[here]
        elif action == 2:
            words.insert(there, words[here])
        else:
            words[here] = stream.choice(
                ("no", "not", "some", "every", "who", "is", "are", "and", "or", "a", "they", ",")
            )
    return " ".join(words)


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_a_damaged_text_is_refused_or_means_what_it_says(fragment):
    grammar, refused = FRAGMENTS[fragment], 0
    for seed in range(600):
        stream = Stream("damage", fragment, seed)
        text = mutate(grammar.write_theory(theory(fragment, stream, 2), stream), stream)
        read, error = attempt(grammar, text)
        refused += read is None
        if read is None:
            assert error.startswith("line 1, column ")
        else:
            assert grammar.read_theory(grammar.write_theory(read)) == read
    assert refused > 300


@pytest.mark.parametrize("fragment", FRAGMENTS)
@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=80) | st.text(alphabet="abn eiorswy.,;:-AN", max_size=80))
def test_any_text_is_read_or_refused(fragment, text):
    read, error = attempt(FRAGMENTS[fragment], text)
    assert read is not None or error


def test_long_sentences_are_read_without_recursion():
    text = "If " + " and ".join(["Agnes is kind"] * 20_000) + ", then Agnes is tall."
    assert len(FRAGMENTS["grounded"].read(text).body) == 20_000


def test_too_long_texts_are_refused():
    with pytest.raises(InputError, match="characters"):
        FRAGMENTS["grounded"].read_theory("Agnes is kind. " * 300_000)


@pytest.mark.parametrize(
    ("fragment", "text", "message"),
    [
        ("grounded", "Agnes is a engraver.", "line 1, column 10: expected 'an'"),
        ("grounded", "Agnes are kind.", "column 7: expected 'is'"),
        ("grounded", "Agnes is kind", "no full stop"),
        ("grounded", "agnes is kind.", "capital"),
        ("grounded", "Agnes is kind.\nAgnes admire Hubert.", "line 2, column 7"),
        ("grounded", "If someone is kind, then Agnes is tall.", "column 26: expected 'they'"),
        ("grounded", "Agnes admires some baker.", "not of the grounded fragment"),
        ("grounded", "Everyone who is kind is tall and is wise.", "column 30: expected '.'"),
        ("syllogistic", "All bakers are not judges.", "expected a role in the plural form"),
        ("syllogistic", "Every bakers is a judge.", "expected a role"),
        ("syllogistic", "Some baker are judges.", "expected 'is'"),
        ("relative", "All bakers who are tall are not judges.", "taken in two ways"),
        ("relative", "Every baker who is tall admires some judge.", "not of the relative fragment"),
        ("relative", "No baker who is tall is not a judge.", "expected a phrase without negation"),
        ("transitive", "Not every baker is tall and is kind.", "column 25: expected '.'"),
        ("transitive", "No baker admires some judge.", "expected"),
        ("transitive", "Agnes does not admire some judge.", "expected a name, 'any' or 'every'"),
        ("transitive", "Agnes is kind and 3 is tall.", "unexpected character '3'"),
    ],
)
def test_what_is_not_of_a_fragment_is_refused_where_it_goes_wrong(fragment, text, message):
    with pytest.raises(InputError) as caught:
        FRAGMENTS[fragment].read_theory(text)
    assert message in str(caught.value)
