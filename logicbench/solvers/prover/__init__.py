"""First-order entailment with certificates: a portfolio of a grounder, a model finder, Z3 and installed provers."""
