"""Pruning scores: which weights matter least. Each module holds one score, its formula and its source."""
