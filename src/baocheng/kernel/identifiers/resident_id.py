"""The citizen identity number (公民身份号码, GB 11643-1999): county, birth, sequence, check."""

import re
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from baocheng.kernel.identifiers.regions import find_region
from baocheng.kernel.identifiers.spelling import compact
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
# ISO 7064 MOD 11-2 over the seventeen digits before the check digit.
_WEIGHTS = tuple(2**power % 11 for power in range(17, 0, -1))
_CHECK_DIGITS = "10X98765432"
# A code stays in use at the counter for a while after its county has ended.
_YEARS_OF_LAG = 2
# Counties founded after the tables were made: births from this year on need a known prefecture.
_TABLES_END = 2024
# Residence permits of people from Taiwan, Hong Kong and Macao name the whole region.
_WHOLE_PROVINCES = frozenset({"710000", "810000", "820000", "830000"})


class ResidentIdLength(Problem):
    """Not eighteen characters; the old numbers of fifteen ended on 2013-01-01."""

    code = "kernel.resident_id.length"
    message = _("身份证号码应为18位，实际为{length}位。")


class ResidentIdFormat(Problem):
    """Something else than digits and a closing X."""

    code = "kernel.resident_id.format"
    message = _("身份证号码只能由数字组成，最后一位可以是X。")


class ResidentIdCheckDigit(Problem):
    """The check digit does not fit: usually a slip of the pen."""

    code = "kernel.resident_id.check_digit"
    message = _("身份证号码的校验码不符，请逐位核对。")


class ResidentIdBirthDate(Problem):
    """The birth date does not exist or has not come yet."""

    code = "kernel.resident_id.birth_date"
    message = _("身份证号码中的出生日期不存在或晚于当前日期，请核对第7至14位。")


class ResidentIdRegion(Problem):
    """No county had this code when the person was born, or later."""

    code = "kernel.resident_id.region"
    message = _("身份证号码的前6位不是出生时或其后有效的县级行政区划代码，请核对。")


class Sex(StrEnum):
    """Sex as the identity number tells it (GB/T 2261.1 has 1 male, 2 female)."""

    MALE = "MALE"
    FEMALE = "FEMALE"


class ResidentId(NamedTuple):
    """A checked number and what can be read from it."""

    number: str
    born_on: date
    sex: Sex
    region: str


def parse(text: str, *, on: date, field: str = "resident_id") -> ResidentId:
    """Check an identity number as of the date `on`.

    The county code must exist at the birth or later: whoever is registered late gets the code of
    that time, but nobody gets the code of a county that had ended before.

    Raises:
        ResidentIdLength, ResidentIdFormat, ResidentIdCheckDigit, ResidentIdBirthDate,
        ResidentIdRegion: in this order, the first that applies.
    """
    number = compact(text)
    if len(number) != 18:
        raise ResidentIdLength(field, length=len(number))
    if not _SHAPE.fullmatch(number):
        raise ResidentIdFormat(field)
    if number[17] != check_digit(number[:17]):
        raise ResidentIdCheckDigit(field)
    born_on = _birth_date(number, field)
    if not date(1850, 1, 1) <= born_on <= on:
        raise ResidentIdBirthDate(field)
    sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
    return ResidentId(number, born_on, sex, _region_at_birth(number, born_on, field))


def check_digit(seventeen: str) -> str:
    """Return the check digit that belongs behind the first seventeen digits."""
    total = sum(int(digit) * weight for digit, weight in zip(seventeen, _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11]


def _birth_date(number: str, field: str) -> date:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise ResidentIdBirthDate(field) from None


def _region_at_birth(number: str, born_on: date, field: str) -> str:
    code = number[:6]
    if code.endswith("0000") and code not in _WHOLE_PROVINCES:
        raise ResidentIdRegion(field)
    region = find_region(code)
    if region is None and born_on.year >= _TABLES_END:
        region = find_region(code[:4] + "00")
    if region is None:
        raise ResidentIdRegion(field)
    if region.until is not None and born_on.year > region.until + _YEARS_OF_LAG:
        raise ResidentIdRegion(field)
    return region.name
