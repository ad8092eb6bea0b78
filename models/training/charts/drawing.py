"""Letters, colours and PNG files for charts."""

import struct
import zlib

import numpy as np

Colour = tuple[int, int, int]
PAPER, INK, FAINT = (255, 255, 255), (60, 60, 60), (225, 225, 225)
PENS: tuple[Colour, ...] = ((31, 90, 180), (220, 110, 20), (40, 140, 70), (150, 60, 150), (120, 120, 120),
                            (190, 40, 50))
LETTER_WIDTH, LETTER_HEIGHT = 8, 12
_GLYPHS = {"0": "755557", "1": "262227", "2": "717747", "3": "717117", "4": "557711", "5": "747117", "6": "747557",
           "7": "711222", "8": "757557", "9": "757117", ".": "000002", "-": "000700", "+": "002720", ":": "020020",
           "/": "112244", "a": "035553", "b": "446556", "c": "034443", "d": "113553", "e": "025743", "f": "124644",
           "g": "035316", "h": "446555", "i": "202222", "j": "101152", "k": "445655", "l": "622227", "m": "057555",
           "n": "065555", "o": "025552", "p": "065644", "q": "035311", "r": "064444", "s": "034216", "t": "272221",
           "u": "055553", "v": "055552", "w": "055575", "x": "055255", "y": "055316", "z": "071247"}


def canvas(width: int, height: int) -> np.ndarray:
    """A white picture (height, width, 3) uint8."""
    return np.full((height, width, 3), PAPER, np.uint8)


def write(picture: np.ndarray, text: str, row: int, column: int, colour: Colour) -> None:
    """Write text in lower-case letters of 3 by 6 dots, two pixels per dot. Characters without a glyph are left
    blank."""
    for number, letter in enumerate(text.lower()):
        for y, bits in enumerate(_GLYPHS.get(letter, "000000")):
            for x in range(3):
                if int(bits) >> (2 - x) & 1:
                    at = column + LETTER_WIDTH * number + 2 * x
                    picture[row + 2 * y : row + 2 * y + 2, at : at + 2] = colour


def png(picture: np.ndarray) -> bytes:
    """An RGB image (height, width, 3) uint8 as a PNG file (ISO/IEC 15948)."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = np.concatenate([np.zeros((len(picture), 1), np.uint8), picture.reshape(len(picture), -1)], axis=1)
    header = struct.pack(">IIBBBBB", picture.shape[1], picture.shape[0], 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows.tobytes(), 6)) + chunk(
        b"IEND", b"")
