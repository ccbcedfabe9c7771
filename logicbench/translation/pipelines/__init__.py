"""Ways to translate sentences into formulas with a language model, one module each.

A pipeline is a generator function: it takes an item and settings, yields batches of questions to the model, is sent
the texts, and returns the translation. What it asks of one item depends on nothing but the texts it was sent.
"""
