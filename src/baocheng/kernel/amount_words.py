"""Amounts in the formal numerals of cheques, letters and policies (大写金额)."""

from decimal import Decimal

from baocheng.kernel.money import yuan

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_LIMIT = Decimal(10) ** 13


def in_words(amount: Decimal) -> str:
    """Return `amount` in 大写, without the leading 人民币: 1680.32 is 壹仟陆佰捌拾元叁角贰分.

    The rules of 支付结算办法 附一: 整 closes an amount without 分, one 零 stands for any number of
    zeros in the middle, and no 零 before 角 where the yuan end in zero.

    Raises:
        ValueError: the amount has ten million million yuan or more.
    """
    exact = yuan(amount)
    if abs(exact) >= _LIMIT:
        raise ValueError("too large an amount for words")
    whole, cents = divmod(int(abs(exact) * 100), 100)
    sign = "负" if exact < 0 else ""
    yuan_part = _integer(whole) + "元" if whole or not cents else ""
    return sign + yuan_part + _cents(cents, has_yuan=bool(whole))


def _cents(cents: int, *, has_yuan: bool) -> str:
    jiao, fen = divmod(cents, 10)
    words = ""
    if jiao:
        words = _DIGITS[jiao] + "角"
    elif fen and has_yuan:
        words = "零"
    return words + _DIGITS[fen] + "分" if fen else words + "整"


def _integer(value: int) -> str:
    """Return the words of a whole number; 亿 and 万 cut it, each part written like the last."""
    for unit, word in ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾")):
        if value >= unit:
            high, low = divmod(value, unit)
            gap = "零" if 0 < low < unit // 10 else ""
            return _integer(high) + word + gap + (_integer(low) if low else "")
    return _DIGITS[value]
