"""The county codes of GB/T 2260, as an identity number has kept them since it was given.

Codes are never given out twice, but counties become districts, move to another province or end,
and a person's number stays. Two tables are asked: python-stdnum's, which knows from and until when
since 1980, and the packaged revisions of the standard from 2002 on (`data/regions.csv.gz`), which
have some codes that the first does not.
"""

import csv
import gzip
import re
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

from stdnum import numdb

# Inside a county's entry: "[1983-1997]东郊区,[1998-]东丽区", "[-2010]崇文区" or plain "东城区".
_NAMED_PERIOD = re.compile(r"(?:\[(\d*)-(\d*)\])?([^,\[]+)")
# Titles of the code table that are no part of an address.
_TITLES = re.compile("市辖区|县|市辖县|.*直辖.*")
# The residence permit of people from Taiwan (港澳台居民居住证) has a code outside the standard.
_PERMITS = {"830000": "台湾省"}


class Region(NamedTuple):
    """A county (or what stands in its place) under one code; `until` is None while it exists."""

    code: str
    name: str
    until: int | None


@lru_cache(8192)
def find_region(code: str) -> Region | None:
    """Return the region that has, or once had, this code of six digits, with its last name."""
    county = _find_name(code)
    if county is None:
        return None
    name, until = county
    above = [_find_name(code[:2] + "0000"), _find_name(code[:4] + "00")]
    parts = [*(part[0] for part in above if part), name]
    names = dict.fromkeys(part for part in parts if not _TITLES.fullmatch(part))
    return Region(code, "".join(names), until)


def _find_name(code: str) -> tuple[str, int | None] | None:
    """Return the last name of exactly this code and the year it ended."""
    known = {
        key: text for _, found in numdb.get("cn/loc").info(code) for key, text in found.items()
    }
    entry = known.get("county") or _revisions().get(code) or _PERMITS.get(code)
    if entry is None:
        return None
    *_, (_since, until, name) = _NAMED_PERIOD.findall(entry)
    return name, int(until) if until else None


@cache
def _revisions() -> dict[str, str]:
    packed = resources.files("baocheng.kernel").joinpath("data", "regions.csv.gz").read_bytes()
    rows = csv.DictReader(gzip.decompress(packed).decode("utf-8").splitlines())
    return {row["code"]: f"[{row['since']}-{row['until']}]{row['name']}" for row in rows}
