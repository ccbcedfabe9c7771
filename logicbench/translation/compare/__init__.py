"""Comparing formulas: proved relations, alignment of names, and graded closeness."""
