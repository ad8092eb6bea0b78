"""Charts as PNG files, drawn without a plotting library: bars, and validation curves."""
