"""First-order logic: the syntax tree, its traversals, one tolerant parser for many notations, and printers."""
