"""One plugin a module: `csv_exporter`, `loudest_hit` (an extractor) and `telephone` (an effects rack)."""
