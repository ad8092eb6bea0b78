"""Torres, Peeters & Richard, The Inverse Drum Machine (2025): a file per box of its figure, and the step past it.

Start at `network.py`, which joins the boxes. What begins with `heard` goes beyond the paper: kits that the network has
never met. README.md maps the paper's sections to files, and says what differs.
"""
