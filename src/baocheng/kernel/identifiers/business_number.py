"""The company's own numbers: loss reports, claims, policies and the like.

A number is the letter of its kind, the code of the branch, the year, a sequence of eight digits
and two check digits (ISO 7064 MOD 97-10): `C` `110101` `2026` `00000012` `86`. The last three
parts have fixed lengths, so a branch code may have any. The check catches every single wrong
character and every two exchanged neighbours, letters among them.

Letters given out, for ever: C claim 赔案, E endorsement 批单, P policy 保单, R loss report 报案,
T proposal 投保单, Y payment 支付.
"""

import re
from typing import NamedTuple

from baocheng.kernel.identifiers.spelling import compact
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

_SHAPE = re.compile(r"([A-Z])([0-9]{1,8})([12][0-9]{3})([0-9]{8})([0-9]{2})")


class BusinessNumberFormat(Problem):
    """Not a number of ours."""

    code = "kernel.business_number.format"
    message = _("业务号码的格式不对，请核对后重新输入。")


class BusinessNumberCheckDigit(Problem):
    """The check digits do not fit."""

    code = "kernel.business_number.check_digit"
    message = _("业务号码的校验位不符，可能输错一位或颠倒两位，请逐位核对。")


class BusinessNumber(NamedTuple):
    """The parts of a checked number."""

    kind: str
    branch_code: str
    year: int
    sequence: int


def make(kind: str, branch_code: str, year: int, sequence: int) -> str:
    """Return the number of the `sequence`-th thing of this kind, branch and year.

    Raises:
        ValueError: a part does not fit the form.
    """
    body = f"{kind}{branch_code}{year}{sequence:08d}"
    is_fit = 0 <= sequence < 10**8 and _SHAPE.fullmatch(body + "00")
    if not is_fit:
        raise ValueError("these parts make no business number")
    return body + _check_digits(body)


def parse(text: str, *, field: str = "number") -> BusinessNumber:
    """Check a number and take it apart.

    Raises:
        BusinessNumberFormat, BusinessNumberCheckDigit: the first that applies.
    """
    number = compact(text)
    match = _SHAPE.fullmatch(number)
    if match is None:
        raise BusinessNumberFormat(field)
    if match[5] != _check_digits(number[:-2]):
        raise BusinessNumberCheckDigit(field)
    return BusinessNumber(match[1], match[2], int(match[3]), int(match[4]))


def _check_digits(body: str) -> str:
    # A letter counts as its two digits (A = 10), which is its number in base 36.
    value = int("".join(str(int(sign, 36)) for sign in body)) * 100
    return f"{98 - value % 97:02d}"
