"""Published files as problems: FOLIO, ProofWriter and others as questions; SATQuest's and reasoning-gym's recast."""
