"""Invented names and words: many, of one reading each, none of them real, and read back exactly."""

from itertools import pairwise

import pytest
from english_theories import SENTENCES
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from logicbench.logic.english import FRAGMENTS, invented
from logicbench.logic.english.inflect import article, plural, third_person
from logicbench.logic.english.lexicon import CATEGORIES, SHARES, Vocabulary, capacity, lexicon
from logicbench.seeding import Place, Stream, digest

SPACES = {"name": invented.NAMES, **invented.WORDS}
FUNCTION_WORDS = (
    "a all an and any anyone are at do does every everyone if is least no nobody non not of one or people person "
    "some someone that the then there these they true whenever who unless things answer yes false unknown"
)


def place(number, name="set"):
    return Place(digest(name), number)


def vocabulary(stream, words):
    return Vocabulary.draw(stream, names=4, roles=5, adjectives=4, verbs=3, items=4, words=words)


def all_words(drawn):
    return [*drawn.names, *drawn.roles, *drawn.adjectives, *drawn.verbs, *drawn.items]


def test_there_are_millions():
    assert invented.NAMES.size > 3_000_000
    assert all(space.size > 1_500_000 for space in invented.WORDS.values())
    assert capacity() == 79_866
    assert capacity("invented") == 14_175


def test_every_number_has_a_word_of_its_own():
    for space in (invented.NAMES, invented.WORDS["verb"]):
        made = {space.word(number) for number in range(0, space.size, 37)}
        assert len(made) == len(range(0, space.size, 37))
    with pytest.raises(ValueError, match="none of number"):
        invented.NAMES.word(invented.NAMES.size)
    with pytest.raises(ValueError, match="none of number"):
        invented.NAMES.word(-1)


@pytest.mark.parametrize("category", CATEGORIES)
@settings(max_examples=200)
@given(data=st.data())
def test_a_word_is_known_by_its_form(category, data):
    space = SPACES[category]
    word = space.word(data.draw(st.integers(0, space.size - 1)))
    assume(invented.is_usable(word))
    if category == "name":
        assert lexicon().find(word.capitalize(), "name") == word.capitalize()
        assert lexicon().form(word) is None
        return
    plain, other = ("plural", "singular") if category == "verb" else ("singular", "plural")
    assert lexicon().find(word, category, plain) == word
    assert lexicon().find(word, category, other) is None
    assert lexicon().find(word.capitalize(), category, plain) is None
    if category in ("role", "verb"):
        inflected = (plural if category == "role" else third_person)(word)
        assert lexicon().find(inflected, category, other) == word
        assert lexicon().find(inflected, category, plain) is None


def test_no_function_word_and_no_real_word_is_taken_for_an_invented_one():
    for word in FUNCTION_WORDS.split():
        assert lexicon().form(word) is None and lexicon().form(word.capitalize()) is None
    for word, form in lexicon().forms.items():
        assert lexicon().form(word) == form and not lexicon().is_invented(word)
        assert not invented.is_name(word.capitalize()) or not invented.is_usable(word.lower())
        read = invented.parse(word)
        assert read is None or not invented.is_usable(read[1])


@pytest.mark.parametrize(
    "word", ["banana", "operator", "dangerous", "eliminate", "aluminum", "person", "pornivum", "zunazi"]
)
def test_real_and_offensive_words_are_refused(word):
    assert invented.is_name(word.capitalize()) or invented.parse(word)
    assert not invented.is_usable(word)
    assert not lexicon().is_invented(word) and not lexicon().is_invented(word.capitalize())


def test_no_word_begins_another():
    drawn = [all_words(vocabulary(Stream("w", n, place=place(n)), "invented")) for n in range(500)]
    words = sorted(word for row in drawn for word in row)
    assert len(set(words)) == len(words) == 500 * 20
    for word, following in pairwise(words):
        assert not following.startswith(word), (word, following)


def test_articles_of_invented_words_go_by_their_first_letter():
    for number in range(400):
        for word in vocabulary(Stream(number, place=place(number)), "invented").roles:
            if not word.startswith("ewe"):
                assert article(word) == ("an" if word[0] in "aeio" else "a")


@pytest.mark.parametrize("words", ["english", "invented"])
def test_draws_of_a_data_set_share_no_invented_words(words):
    seen = set()
    for number in range(1000):
        drawn = vocabulary(Stream("any", number, place=place(number)), words)
        new = {*all_words(drawn)} if words == "invented" else {*drawn.names}
        assert len(new) == (20 if words == "invented" else 4) and not seen & new
        assert not new & set(lexicon().forms)
        seen |= new


def test_a_draw_has_the_same_names_on_every_try_and_other_ones_to_rename():
    first = Vocabulary.draw(Stream(1, place=place(7)), names=15)
    assert first.names == Vocabulary.draw(Stream(2, place=place(7)), names=15).names
    other = Vocabulary.draw(Stream(3, place=place(7)), names=15, avoid=first.names)
    assert len(set(first.names) | set(other.names)) == 30
    assert first.names != Vocabulary.draw(Stream(1, place=place(7, "another set")), names=15).names


def test_shares_are_enough_for_the_largest_theory_and_its_renaming():
    most = {"name": 15, "role": 70, "adjective": 70, "verb": 30, "item": 60}
    for number in range(60):
        for category, count in most.items():
            plain = {f"{category}s": count, "words": "invented"}
            one = Vocabulary.draw(Stream(number, place=place(number)), **plain)
            used = all_words(one)
            assert len(set(all_words(Vocabulary.draw(Stream(place=place(number)), **plain, avoid=used)) + used)) == (
                2 * count
            )


def test_too_many_words_are_refused_and_past_the_last_share_the_first_comes_again():
    with pytest.raises(ValueError, match="fewer than 41 further words"):
        Vocabulary.draw(Stream(place=place(0)), names=41)
    shares = invented.NAMES.size // SHARES["name"]
    first, again = (list(place(number).allot("name", invented.NAMES.size, 40)) for number in (3, 3 + shares))
    assert first == again


def test_without_a_data_set_names_are_real_and_words_as_asked_for():
    drawn = vocabulary(Stream("free"), "english")
    assert set(all_words(drawn)) <= set(lexicon().forms)
    made = vocabulary(Stream("free"), "invented")
    assert set(made.names) <= set(lexicon().forms)
    assert all(lexicon().is_invented(word) for word in all_words(made) if word not in made.names)
    assert made != vocabulary(Stream("freer"), "invented")


def test_avoided_words_take_their_groups_with_them():
    drawn = Vocabulary.draw(Stream("avoid"), roles=300, avoid=["accountant"])
    assert not {"accountant", "bookkeeper", "auditor"} & set(drawn.roles)


@pytest.mark.parametrize("fragment", FRAGMENTS)
@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**60))
def test_reading_undoes_writing_invented_words(fragment, seed):
    stream = Stream("round trip", seed, place=place(seed))
    words = vocabulary(stream, "invented")
    sentences = [SENTENCES[fragment](words, stream) for _ in range(4)]
    grammar = FRAGMENTS[fragment]
    assert grammar.read_theory(grammar.write_theory(sentences, stream)) == tuple(sentences)
    assert grammar.read_theory(grammar.write_theory(sentences)) == tuple(sentences)


@settings(max_examples=300)
@given(text=st.text(max_size=14) | st.from_regex(r"[A-Z]?[a-z]{4,12}", fullmatch=True))
def test_any_string_is_a_word_of_one_category_or_none(text):
    form = lexicon().form(text)
    assert form is None or lexicon().find(text, form.category, form.number) == form.lemma
    if form is not None and form.category != "name":
        assert not invented.is_name(text)
