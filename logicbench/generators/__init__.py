"""Problem families: instance, surfaces, answer parsing and checking."""
