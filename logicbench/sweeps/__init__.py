"""Sweeps: a dense model and a grid of its compressed forms, each evaluated and compared with it."""
