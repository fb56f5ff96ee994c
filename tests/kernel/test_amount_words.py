from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baocheng.kernel.amount_words import in_words

_VALUES = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
_UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def read_aloud(words: str) -> Decimal:
    """Turn 大写 back into the amount, section by section."""
    sign = -1 if words.startswith("负") else 1
    whole, _, rest = words.removeprefix("负").removesuffix("整").rpartition("元")
    cents = 0
    digit = 0
    for word in rest:
        if word in "角分":
            cents += digit * (10 if word == "角" else 1)
        else:
            digit = _VALUES[word]
    return sign * (Decimal(read_integer(whole)) + Decimal(cents) / 100)


def read_integer(words: str) -> int:
    for word, unit in (("亿", 10**8), ("万", 10**4)):
        if word in words:
            high, _, low = words.rpartition(word)
            return read_integer(high) * unit + read_integer(low)
    total = digit = 0
    for word in words:
        if word in _UNITS:
            total += digit * _UNITS[word]
            digit = 0
        else:
            digit = _VALUES[word]
    return total + digit


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("0.56", "伍角陆分"),
        ("10", "壹拾元整"),
        ("15", "壹拾伍元整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("100700", "壹拾万零柒佰元整"),
        ("100001000", "壹亿零壹仟元整"),
        ("1000000001", "壹拾亿零壹元整"),
        ("10101010.10", "壹仟零壹拾万壹仟零壹拾元壹角整"),
        ("-1234.56", "负壹仟贰佰叁拾肆元伍角陆分"),
        (
            "9999999999999.99",
            "玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
        ),
        ("1000000000000", "壹万亿元整"),
    ],
)
def test_amount_in_words(amount: str, words: str) -> None:
    assert in_words(Decimal(amount)) == words


def test_amount_beyond_the_numerals_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="too large"):
        in_words(Decimal(10) ** 13)


@given(st.decimals("-9999999999999.99", "9999999999999.99", places=2))
def test_words_say_the_amount_and_never_two_zeros(amount: Decimal) -> None:
    words = in_words(amount)

    assert read_aloud(words) == amount
    assert "零零" not in words
