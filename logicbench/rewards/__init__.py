"""The verifier as a reward function, and its adapters."""
