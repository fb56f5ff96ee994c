"""Typst, with our font, our letter style and nothing else within reach."""

import json
import re
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import noto_cjk_sans_otc
import typst

from baocheng.engine.documents.variables import chinese_date

_ROOT = Path(__file__).parent / "typst"
_LINE = re.compile(r"__typst_py_bytes__\.typ:(\d+)")
# One compiler keeps the font and its caches warm; it is not to be used by two threads at once.
_lock = threading.Lock()


class Fault(NamedTuple):
    """One thing the typesetter objects to."""

    message: str
    line: int


class NotTypeset(Exception):
    """A template did not work with the values given."""


def pdf(source: str, *, title: str, values: Mapping[str, Any], on: date) -> bytes:
    """Return `source` typeset as PDF/A-2u.

    The values reach the template as JSON in `sys.inputs`: text in them is never read as markup.

    Raises:
        NotTypeset
    """
    try:
        return _compile(source, title, values, on)[0]
    except typst.TypstError as error:
        raise NotTypeset(error.message) from error


def faults(source: str, *, title: str, values: Mapping[str, Any], on: date) -> Sequence[Fault]:
    """Return what is wrong with `source`, warnings included (an unknown font is one)."""
    try:
        warnings = _compile(source, title, values, on)[1]
    except typst.TypstError as error:
        # Warnings come first in what an error prints.
        return [Fault(error.message, _line(error.diagnostic.partition("error:")[2]))]
    return [Fault(warning.message, _line(warning.diagnostic)) for warning in warnings]


def _compile(
    source: str, title: str, values: Mapping[str, Any], on: date
) -> tuple[bytes, list[typst.TypstWarning]]:
    written = {"title": title, "written_on": chinese_date(on), "values": values}
    with _lock:
        document, warnings = _compiler().compile_with_warnings(
            source.encode(),
            format="pdf",
            sys_inputs={"letter": json.dumps(written, ensure_ascii=False)},
            pdf_standards="a-2u",
            # The same letter of the same day has the same bytes, so it is stored once.
            timestamp=datetime.combine(on, time(), UTC),
        )
    assert isinstance(document, bytes)
    return document, warnings


@cache
def _compiler() -> typst.Compiler:
    font = Path(str(noto_cjk_sans_otc.FONT_PATH)).parent
    return typst.Compiler(root=_ROOT, font_paths=[font], ignore_system_fonts=True)


def _line(diagnostic: str) -> int:
    place = _LINE.search(diagnostic)
    return int(place[1]) if place else 0
