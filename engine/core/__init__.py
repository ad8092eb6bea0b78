"""Pure musical values and functions: the words every part of Tao speaks. Standard library and NumPy only."""
