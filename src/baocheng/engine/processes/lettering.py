"""How wide text runs on a diagram, and where its lines break, without asking a browser."""

import re
import unicodedata
from collections.abc import Iterator

# Latin words and numbers stay whole; a Chinese text may break after every character.
_PIECES = re.compile(r"[(（《“]*(?:[0-9A-Za-z_./%+-]+|\s+|.)")
_NEVER_FIRST = frozenset("，。、；：？！）》”’…%,.;:?!)")


def text_width(text: str, size: float = 12.0) -> float:
    """Return the width of one line: a Chinese character is a square, a Latin letter about half."""
    return sum(size if _is_wide(letter) else size * 0.56 for letter in text)


def wrapped(text: str, width: float, size: float = 12.0) -> list[str]:
    """Break `text` into as few lines as `width` allows, all about equally long."""
    lines = _broken(text, width, size)
    while len(lines) > 1:
        narrower = _broken(text, max(text_width(line, size) for line in lines) - 1, size)
        if len(narrower) > len(lines) or narrower == lines:
            break
        lines = narrower
    return lines


def _broken(text: str, width: float, size: float) -> list[str]:
    """Fill line after line; a word wider than `width` gets a line to itself."""
    lines = [""]
    for piece in _pieces(text):
        fits = text_width(lines[-1] + piece, size) <= width
        if not lines[-1] or fits or piece in _NEVER_FIRST:
            lines[-1] += piece
        else:
            lines.append(piece.lstrip())
    return [line.strip() for line in lines if line.strip()]


def _pieces(text: str) -> Iterator[str]:
    return (match.group() for match in _PIECES.finditer(" ".join(text.split())))


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WFA"
