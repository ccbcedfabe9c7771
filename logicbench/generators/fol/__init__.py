"""First-order arguments: the family `fol`, and what it shares with `skills`."""
