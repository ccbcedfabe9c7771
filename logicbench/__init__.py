"""Logical-reasoning benchmarks with solver-checked answers and measured hardness."""

__version__ = "0.1.0"
