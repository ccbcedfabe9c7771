"""Meaning-preserving changes of arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logicbench.generators.fol.argument import Argument, argument_of
from logicbench.generators.fol.words import Words, draw_words, symbol_of
from logicbench.logic.english import lexicon
from logicbench.logic.fol.syntax import Constant, Formula, Function, Predicate, fold, rebuild
from logicbench.seeding import Stream

VARIANTS = ("rename", "permute", "paraphrase")


def vary(instance: Mapping[str, Any], variant: str, stream: Stream) -> Mapping[str, Any]:
    """Return an equivalent instance: ``rename`` draws new words, ``permute`` shuffles the premises, ``paraphrase``
    changes nothing here (the wording is drawn anew).
    """  # noqa: D205
    argument = argument_of(instance)
    if variant == "permute":
        premises = stream.shuffled(argument.premises)
        return {
            **instance,
            **Argument(tuple(premises), argument.conclusion, argument.words, argument.sorts).to_instance(),
        }
    if variant == "rename":
        return {**instance, **_renamed(argument, stream).to_instance()}
    return instance


def _renamed(argument: Argument, stream: Stream) -> Argument:
    old = argument.words
    kinds = {}
    for symbol in sorted(old.entries):
        category = old.category(symbol)
        kinds[symbol] = f"claim {old.entries[symbol][2]}" if category == "claim" else category
    used = {word for entry in old.entries.values() for word in entry[1:]}
    made_up = any(lexicon().is_invented(word) and not lexicon().find(word, "name") for word in used)
    new = draw_words(stream, kinds, "invented" if made_up else "english", used)
    # Symbols that are letters stay; those that are the words themselves go with the words.
    spelt = {symbol: symbol if len(symbol) == 1 else new_symbol(new, symbol) for symbol in kinds}
    words = Words({spelt[symbol]: new.entries[symbol] for symbol in kinds})
    return Argument(
        tuple(respell(premise, spelt) for premise in argument.premises),
        respell(argument.conclusion, spelt),
        words,
        {spelt[name]: sort for name, sort in argument.sorts.items()},
    )


def new_symbol(words: Words, symbol: str) -> str:
    """Return the symbol that a word is written as."""
    category, word = words.category(symbol), words.word(symbol)
    return word if category in ("name", "relative") else symbol_of(word)


def respell(formula: Formula, names: Mapping[str, str]) -> Formula:
    """Rename predicates, functions and constants."""

    def combine(node: Any, below: list[Any]) -> Any:
        if isinstance(node, Predicate):
            return Predicate(names.get(node.name, node.name), tuple(below))
        if isinstance(node, Constant):
            return Constant(names.get(node.name, node.name))
        if isinstance(node, Function):
            return Function(names.get(node.name, node.name), tuple(below))
        return rebuild(node, below)

    result: Formula = fold(formula, combine)
    return result
