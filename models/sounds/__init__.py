"""One-shots and slices: cutting, choking, rendering and resampling them."""
