"""Money: `Decimal` in yuan with two places, rounded half-up; never a float."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


class InvalidAmount(Problem):
    """An amount that is not a plain number of yuan with at most two decimals."""

    code = "kernel.invalid_amount"
    message = _("金额“{value}”无效：请填写不为负、最多两位小数的人民币金额。")


def yuan(value: Decimal | int | str) -> Decimal:
    """Round `value` to the cent, half-up (四舍五入到分)."""
    if isinstance(value, float):
        raise TypeError("money is never a float")
    return Decimal(value).quantize(CENT, ROUND_HALF_UP)


def parse_amount(value: object, field: str = "amount") -> Decimal:
    """Read an amount that somebody entered, without rounding it away.

    Raises:
        InvalidAmount: not a number, negative, above 13 digits of yuan or more than two decimals.
    """
    if isinstance(value, float | bool):
        raise InvalidAmount(field, value=value)
    try:
        amount = Decimal(str(value).strip().replace(",", ""))
    except InvalidOperation:
        raise InvalidAmount(field, value=value) from None
    if not amount.is_finite() or amount < 0 or amount.adjusted() > 12:
        raise InvalidAmount(field, value=value)
    if amount != amount.quantize(CENT):
        raise InvalidAmount(field, value=value)
    return amount.quantize(CENT)


def allocate(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split `total` in proportion to `weights` so that the parts add up to it to the cent.

    The cents left over by rounding down go to the largest remainders, earlier parts first.
    """
    whole = sum(weights, Decimal(0))
    if whole <= 0:
        raise ValueError("weights must add up to more than zero")
    cents = int(yuan(total) / CENT)
    exact = [Decimal(abs(cents)) * weight / whole for weight in weights]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: abs(cents) - sum(parts)]:
        parts[i] += 1
    sign = -1 if cents < 0 else 1
    return [yuan(sign * part * CENT) for part in parts]
