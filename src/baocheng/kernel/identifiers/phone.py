"""Telephone numbers of mainland China: mobile and landline."""

import re
from enum import StrEnum
from typing import NamedTuple

from baocheng.kernel.identifiers.spelling import compact
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

_COUNTRY_CODE = re.compile(r"^(?:\+|00)?86(?=1[3-9][0-9]{9}$|0?[2-9][0-9]{8,10}$)")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
# 010 and 02x have eight digits behind them (022 and 024 among them), 0xxx seven or eight.
_LANDLINE = re.compile(r"(010|02[0-9])([2-8][0-9]{7})|(0[3-9][0-9]{2})([2-8][0-9]{6,7})")


class PhoneFormat(Problem):
    """Neither a mobile number nor a landline with its area code."""

    code = "kernel.phone.format"
    message = _("电话号码无效：请填写11位手机号码，或带区号的固定电话。")


class PhoneKind(StrEnum):
    """What a number can receive: only a mobile one takes text messages."""

    MOBILE = "MOBILE"
    LANDLINE = "LANDLINE"


class Phone(NamedTuple):
    """A checked number, digits only, the landline with its area code ("02112345678")."""

    number: str
    kind: PhoneKind


def parse(text: str, *, field: str = "phone") -> Phone:
    """Check a number; a leading +86 and all blanks, dashes and brackets are dropped.

    Raises:
        PhoneFormat: it is neither.
    """
    number = compact(text).translate({ord("("): None, ord(")"): None})
    national = _COUNTRY_CODE.sub("", number)
    if _MOBILE.fullmatch(national):
        return Phone(national, PhoneKind.MOBILE)
    if national != number and not national.startswith("0"):
        national = "0" + national
    if _LANDLINE.fullmatch(national):
        return Phone(national, PhoneKind.LANDLINE)
    raise PhoneFormat(field)
