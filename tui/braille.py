"""Fine pictures of peaks: braille characters hold two columns and four rows of dots each; ASCII holds one of each."""

from collections.abc import Sequence

DOTS = 4  # rows of dots in a character
_UP = ((0x40, 0x80), (0x04, 0x20), (0x02, 0x10), (0x01, 0x08))  # from the bottom: left, right
_DOWN = _UP[::-1]


def stretched(peaks: Sequence[float], count: int, first: float = 0.0, share: float = 1.0) -> list[float]:
    """`count` peaks from the part of `peaks` that begins at `first` (0..1) and lasts `share`; it wraps around its end.
    Each is the highest of those that it covers."""
    if not peaks or count <= 0:
        return [0.0] * max(0, count)
    size, found = len(peaks), []
    for place in range(count):
        begin = int((first + share * place / count) * size + 1e-6)
        end = max(begin + 1, int((first + share * (place + 1) / count) * size + 1e-6))
        found.append(max(peaks[at % size] for at in range(begin, end)))
    return found


def rows_of(levels: Sequence[float], rows: int, hanging: bool = False, ascii_: str = "") -> list[str]:
    """Lines of text, the top one first, that draw levels 0..1; two levels to a character, or one in ASCII. hanging:
    from the top down. ascii_: the characters to climb from empty to full with, if not braille."""
    if ascii_:
        return _ascii_rows(levels, rows, hanging, ascii_)
    heights = [round(min(1.0, max(0.0, level)) * rows * DOTS) or int(level > 0.004) for level in levels]
    heights += [0] * (len(heights) % 2)
    bits = _DOWN if hanging else _UP
    lines = []
    for row in range(rows):
        below = (row if hanging else rows - 1 - row) * DOTS
        line = []
        for left, right in zip(heights[::2], heights[1::2], strict=True):
            code = sum(bits[dot][0] for dot in range(min(DOTS, max(0, left - below))))
            code += sum(bits[dot][1] for dot in range(min(DOTS, max(0, right - below))))
            line.append(chr(0x2800 + code) if code else " ")
        lines.append("".join(line))
    return lines


def _ascii_rows(levels: Sequence[float], rows: int, hanging: bool, ascii_: str) -> list[str]:
    steps = len(ascii_)
    heights = [round(min(1.0, max(0.0, level)) * rows * steps) for level in levels]
    lines = []
    for row in range(rows):
        below = (row if hanging else rows - 1 - row) * steps
        parts = (min(steps, max(0, height - below)) for height in heights)
        lines.append("".join(ascii_[part - 1] if part else " " for part in parts))
    return lines
