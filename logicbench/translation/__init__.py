"""Natural language to first-order logic: pipelines and their verification."""
