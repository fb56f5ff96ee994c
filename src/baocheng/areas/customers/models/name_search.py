"""How names are made searchable: every character, and every two that stand together.

The pairs make a search for two or more characters exact without knowing any word; the single ones
find a surname alone. The same function serves what is stored and what is asked.
"""

import unicodedata
from collections.abc import Iterable


def plain_name(name: str) -> str:
    """Return `name` as names are compared: one width, one case, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def name_document(name: str) -> str:
    """Return the text of the `tsvector` that stands for `name`."""
    plain = plain_name(name).replace(" ", "")
    return " ".join(_quoted({*plain, *_pairs(plain)}))


def name_query(text: str) -> str:
    """Return the text of the `tsquery` for names that contain `text`; "" where it has no sign."""
    plain = plain_name(text).replace(" ", "")
    return " & ".join(_quoted(set(_pairs(plain)) or set(plain)))


def _pairs(text: str) -> Iterable[str]:
    return (text[place : place + 2] for place in range(len(text) - 1))


def _quoted(lexemes: Iterable[str]) -> Iterable[str]:
    for lexeme in sorted(lexemes):
        escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
        yield f"'{escaped}'"
