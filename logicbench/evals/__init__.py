"""Evaluation: runner, run store, statistics, reports."""
