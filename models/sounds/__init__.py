"""One-shots and slices: cutting them, rendering a kit, comparing spectra, deciding what chokes what."""
