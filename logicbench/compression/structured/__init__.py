"""Removing whole structures: MLP channels, groups of attention heads, layers, experts.

The results are smaller models of the same architecture, with the same width in every layer, because neither
transformers nor vLLM loads a width for each layer.
"""
