"""One spelling for what people type: full-width characters, blanks and dashes."""

import unicodedata


def compact(text: str) -> str:
    """Return `text` in half-width capitals without blanks, dashes and dots between characters."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in plain if not _is_ornament(sign))


def _is_ornament(sign: str) -> bool:
    return sign.isspace() or sign in "._·•" or unicodedata.category(sign) in ("Pd", "Cf")
