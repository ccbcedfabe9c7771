"""Published question files as problems: FOLIO, ProofWriter and RuleTaker, ProntoQA, AR-LSAT, LogicalDeduction."""
