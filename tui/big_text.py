"""Digits and a few letters that can be read from two metres: three or five rows high, drawn with half blocks."""

ROWS, BIG_ROWS = 3, 5
PIXELS = {  # three pixels wide, five high; each row's pixels as bits, the left one first
    "0": (7, 5, 5, 5, 7), "1": (2, 6, 2, 2, 7), "2": (7, 1, 7, 4, 7), "3": (7, 1, 7, 1, 7), "4": (5, 5, 7, 1, 1),
    "5": (7, 4, 7, 1, 7), "6": (7, 4, 7, 5, 7), "7": (7, 1, 1, 1, 1), "8": (7, 5, 7, 5, 7), "9": (7, 5, 7, 1, 7),
    "-": (0, 0, 7, 0, 0), "R": (7, 5, 6, 5, 5), "E": (7, 4, 7, 4, 7), "C": (7, 4, 4, 4, 7), "A": (7, 5, 7, 5, 5),
    "M": (5, 7, 7, 5, 5), "X": (5, 5, 2, 5, 5), ">": (4, 6, 7, 6, 4), "=": (7, 7, 7, 7, 7), " ": (0, 0, 0, 0, 0),
}
HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
SEGMENTS = {  # where there are no half blocks: three characters wide, three high
    "0": (" _ ", "| |", "|_|"), "1": ("   ", "  |", "  |"), "2": (" _ ", " _|", "|_ "), "3": (" _ ", " _|", " _|"),
    "4": ("   ", "|_|", "  |"), "5": (" _ ", "|_ ", " _|"), "6": (" _ ", "|_ ", "|_|"), "7": (" _ ", "  |", "  |"),
    "8": (" _ ", "|_|", "|_|"), "9": (" _ ", "|_|", " _|"), "-": ("   ", " _ ", "   "), "R": (" _ ", "|_|", "| \\"),
    "E": (" _ ", "|_ ", "|_ "), "C": (" _ ", "|  ", "|_ "), "A": (" _ ", "|_|", "| |"), "M": ("   ", "|V|", "| |"),
    "X": ("   ", "\\ /", "/ \\"), ">": ("|\\ ", "| >", "|/ "), "=": (" _ ", "|#|", "|_|"), " ": ("   ", "   ", "   "),
}


def big_text(text: str, rows: int, half_blocks: bool = True) -> list[str]:
    """`text` drawn ROWS or BIG_ROWS high, a line of characters for each row. A point is narrower than the rest; what
    has no drawing is left out. Without half blocks it is drawn in ASCII."""
    scale = 2 if rows >= BIG_ROWS else 1
    letters = [letter for letter in text if letter in PIXELS or letter == "."]
    if not half_blocks and scale == 1:
        drawn = [_segments(letter) for letter in letters]
    else:
        drawn = [tuple(_blocks(letter, scale, half_blocks)) for letter in letters]
    return [(" " * scale).join(letter[row] for letter in drawn) for row in range(BIG_ROWS if scale == 2 else ROWS)]


def _blocks(letter: str, scale: int, half_blocks: bool) -> list[str]:
    """A letter in blocks, twice as large at scale 2."""
    width = 1 if letter == "." else 3
    bits = (0, 0, 0, 0, 1) if letter == "." else PIXELS[letter]
    pixels = [[bool(row >> (width - 1 - at) & 1) for at in range(width) for _ in range(scale)] for row in bits]
    if not half_blocks:
        return ["".join("#" if lit else " " for lit in row) for row in pixels]
    tall = [row for row in pixels for _ in range(scale)]
    tall += [[False] * len(tall[0])] * (len(tall) % 2)
    return ["".join(HALVES[pair] for pair in zip(tall[row], tall[row + 1], strict=True))
            for row in range(0, len(tall), 2)]


def _segments(letter: str) -> tuple[str, ...]:
    return (" ", " ", ".") if letter == "." else SEGMENTS[letter]
