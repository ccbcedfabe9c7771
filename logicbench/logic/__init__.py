"""Languages: syntax, parsers and printers. Knows no task, no solver, no model."""
