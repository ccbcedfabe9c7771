"""Fewer bits a weight: rounding to nearest and GPTQ, written in the compressed-tensors format that vLLM loads.

Schemes that need activation scaling (AWQ) run llmcompressor in a Python of its own.
"""
