"""Pruning, structured removal and quantisation of language models."""
