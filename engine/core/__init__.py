"""Pure musical values and functions, shared by every part of Tao. Standard library and NumPy only.

Start with `machine`, the value that holds everything loaded and playing; `commands` says how it changes, `requests`
what else a client can ask, `snapshot` what it is shown. Nothing here may import any other room.
"""
