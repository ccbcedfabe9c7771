from itertools import pairwise

import pytest

from logicbench.logic.english.inflect import article, plural, third_person
from logicbench.logic.english.lexicon import CATEGORIES, Vocabulary, lexicon
from logicbench.seeding import Stream

FUNCTION_WORDS = (
    "a all an and any anyone are at do does every everyone if is least no nobody non not of one or people person "
    "some someone that the then there these they true whenever who"
)
ANSWER_WORDS = "yes no true false unknown consistent inconsistent entailed contradicted sat unsat"


def test_the_lexicon_is_large():
    sizes = {category: len(lexicon().lemmas(category)) for category in CATEGORIES}
    assert sizes["name"] >= 500
    assert sizes["role"] >= 400
    assert sizes["adjective"] >= 400
    assert sizes["verb"] >= 120
    assert sizes["item"] >= 350


def test_every_form_has_one_reading():
    written = []
    for category in CATEGORIES:
        for lemma in lexicon().lemmas(category):
            written.append(lemma)
            if category == "role":
                written.append(plural(lemma))
            if category == "verb":
                written.append(third_person(lemma))
    assert len(written) == len(set(written)) == len(lexicon().forms)
    assert len({word.lower() for word in written}) == len(written)
    assert not {word.lower() for word in written} & {*FUNCTION_WORDS.split(), *ANSWER_WORDS.split()}


def test_no_word_begins_another():
    names = sorted(lexicon().lemmas("name"))
    words = sorted(lemma for category in CATEGORIES[1:] for lemma in lexicon().lemmas(category))
    for row in (names, words):
        for word, following in pairwise(row):
            assert not following.startswith(word), (word, following)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("apple", "an"), ("umbrella", "an"), ("usher", "an"), ("upholsterer", "an"), ("undertaker", "an"),
        ("urn", "an"), ("urbanist", "an"), ("hourglass", "an"), ("honest", "an"), ("honourable", "an"),
        ("unicycle", "a"), ("ukulele", "a"), ("urologist", "a"), ("yacht", "a"), ("harp", "a"), ("herbalist", "a"),
        ("historian", "a"), ("hotelier", "a"), ("x-ray", "a"), ("wok", "a"), ("zither", "a"), ("oboe", "an"),
        ("entrepreneur", "an"), ("iris", "an"), ("uptight", "an"), ("unkind", "an"), ("xylophone", "a"),
    ],
)  # fmt: skip
def test_articles(word, expected):
    assert article(word) == expected


def test_every_word_that_is_spelt_with_u_or_a_silent_h_has_been_looked_at():
    tricky = {
        word
        for category in ("role", "item")
        for word in lexicon().lemmas(category)
        if word.startswith(("u", "eu", "ho", "he", "on"))
    }
    with_a = {word for word in tricky if article(word) == "a"}
    assert {word for word in with_a if word[0] in "ueo"} == {"unicycle", "ukulele", "urologist"}
    assert {word for word in tricky if word[0] == "h" and article(word) == "an"} == {"hourglass"}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("baker", "bakers"), ("midwife", "midwives"), ("apothecary", "apothecaries"), ("attorney", "attorneys"),
        ("jockey", "jockeys"), ("notary", "notaries"), ("boss", "bosses"), ("coach", "coaches"), ("judge", "judges"),
    ],
)  # fmt: skip
def test_plurals(word, expected):
    assert plural(word) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("admire", "admires"), ("envy", "envies"), ("obey", "obeys"), ("impress", "impresses"), ("coach", "coaches"),
        ("worship", "worships"), ("outgo", "outgoes"), ("pity", "pities"), ("embarrass", "embarrasses"),
    ],
)  # fmt: skip
def test_third_persons(word, expected):
    assert third_person(word) == expected


def test_a_vocabulary_takes_one_word_of_a_group_at_most():
    groups = {word: group for category in CATEGORIES for group in lexicon().groups[category] for word in group}
    drawn = Vocabulary.draw(Stream("words"), names=50, roles=50, adjectives=50, verbs=50, items=50)
    for words in (drawn.names, drawn.roles, drawn.adjectives, drawn.verbs, drawn.items):
        assert len({groups[word] for word in words}) == len(words) == 50
    assert drawn == Vocabulary.draw(Stream("words"), names=50, roles=50, adjectives=50, verbs=50, items=50)
