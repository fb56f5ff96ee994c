"""Bank card and account numbers that carry a Luhn check digit (GB/T 15694.1, ISO/IEC 7812)."""

import re

from stdnum import luhn

from baocheng.kernel.identifiers.spelling import compact
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

_SHAPE = re.compile(r"[0-9]{12,19}")


class BankCardFormat(Problem):
    """Not 12 to 19 digits."""

    code = "kernel.bank_card.format"
    message = _("银行卡号应为12至19位数字。")


class BankCardCheckDigit(Problem):
    """The check digit does not fit."""

    code = "kernel.bank_card.check_digit"
    message = _("银行卡号的校验位不符，请逐位核对。")


def parse(text: str, *, field: str = "bank_card") -> str:
    """Check a card number and return its digits.

    Raises:
        BankCardFormat, BankCardCheckDigit: the first that applies.
    """
    number = compact(text)
    if not _SHAPE.fullmatch(number):
        raise BankCardFormat(field)
    if not luhn.is_valid(number):
        raise BankCardCheckDigit(field)
    return number
