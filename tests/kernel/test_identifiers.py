import pytest
from hypothesis import given
from hypothesis import strategies as st

from baocheng.kernel.identifiers import bank_card, business_number, phone, plate, uscc
from baocheng.kernel.identifiers.bank_card import BankCardCheckDigit, BankCardFormat
from baocheng.kernel.identifiers.business_number import (
    BusinessNumberCheckDigit,
    BusinessNumberFormat,
)
from baocheng.kernel.identifiers.phone import PhoneFormat, PhoneKind
from baocheng.kernel.identifiers.plate import PlateFormat, PlateKind
from baocheng.kernel.identifiers.uscc import UsccCheckDigit, UsccFormat, UsccLength
from baocheng.kernel.problems import Problem

PARTS = st.tuples(
    st.sampled_from("CEPRTY"),
    st.integers(0, 99999999).map(str),
    st.integers(2000, 2099),
    st.integers(0, 99999999),
)


def test_uscc_is_returned_in_capitals() -> None:
    assert uscc.parse(" 91110000 600037341l") == "91110000600037341L"


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("9111000060003734", UsccLength),
        ("9A110000600037341L", UsccFormat),
        ("91110000600037I41L", UsccFormat),
        ("91110000600037341M", UsccCheckDigit),
    ],
)
def test_uscc_refuses_each_mistake_with_its_own_problem(code: str, problem: type[Problem]) -> None:
    with pytest.raises(problem):
        uscc.parse(code)


@pytest.mark.parametrize(
    ("text", "number", "kind"),
    [
        ("+86 138-1234-5678", "13812345678", PhoneKind.MOBILE),
        ("008613812345678", "13812345678", PhoneKind.MOBILE),
        ("\uff11\uff19\uff19 0000 0001", "19900000001", PhoneKind.MOBILE),
        ("(021) 6123 4567", "02161234567", PhoneKind.LANDLINE),
        ("+86 21 61234567", "02161234567", PhoneKind.LANDLINE),
        ("0571-87654321", "057187654321", PhoneKind.LANDLINE),
        ("0898 2345678", "08982345678", PhoneKind.LANDLINE),
    ],
)
def test_phone_is_brought_to_one_spelling(text: str, number: str, kind: PhoneKind) -> None:
    assert phone.parse(text) == (number, kind)


@pytest.mark.parametrize("text", ["", "12812345678", "1381234567", "61234567", "021-1234", "abc"])
def test_phone_refuses_what_cannot_be_called(text: str) -> None:
    with pytest.raises(PhoneFormat):
        phone.parse(text)


def test_bank_card_is_checked_by_luhn() -> None:
    assert bank_card.parse("4111 1111 1111 1111") == "4111111111111111"
    with pytest.raises(BankCardCheckDigit):
        bank_card.parse("4111111111111112")
    with pytest.raises(BankCardFormat):
        bank_card.parse("41111111111")
    with pytest.raises(BankCardFormat):
        bank_card.parse("4111************")


@pytest.mark.parametrize(
    ("text", "number", "kind"),
    [
        ("沪A·12345", "沪A12345", PlateKind.ORDINARY),
        ("粤b 8c9d0", "粤B8C9D0", PlateKind.ORDINARY),
        ("京AD12345", "京AD12345", PlateKind.NEW_ENERGY),
        ("京A12345D", "京A12345D", PlateKind.NEW_ENERGY),
        ("苏E1234挂", "苏E1234挂", PlateKind.TRAILER),
        ("苏E1234学", "苏E1234学", PlateKind.DRIVING_SCHOOL),
        ("京A1234警", "京A1234警", PlateKind.POLICE),
        ("粤ZAB12港", "粤ZAB12港", PlateKind.HONG_KONG),
        ("粤Z1234澳", "粤Z1234澳", PlateKind.MACAO),
        ("京X0001应急", "京X0001应急", PlateKind.EMERGENCY),
        ("沪A0023领", "沪A0023领", PlateKind.CONSULATE),
        ("使014578", "使014578", PlateKind.EMBASSY),
    ],
)
def test_plate_is_told_by_its_form(text: str, number: str, kind: PlateKind) -> None:
    assert plate.parse(text) == (number, kind)


@pytest.mark.parametrize(
    "text", ["", "沪A1234", "沪I12345", "沪A1234O", "A12345", "沪AB1234567", "京AL12345"]
)
def test_plate_refuses_other_forms(text: str) -> None:
    with pytest.raises(PlateFormat):
        plate.parse(text)


def test_business_number_has_kind_branch_year_sequence_and_check() -> None:
    number = business_number.make("C", "110101", 2026, 12)

    assert number == "C11010120260000001286"
    assert business_number.parse(" c110101-2026-00000012-86 ") == ("C", "110101", 2026, 12)


@pytest.mark.parametrize(
    ("kind", "branch", "year", "sequence"),
    [
        ("CC", "1", 2026, 1),
        ("C", "", 2026, 1),
        ("C", "1A", 2026, 1),
        ("C", "1", 26, 1),
        ("C", "1", 2026, 100_000_000),
        ("C", "1", 2026, -1),
    ],
)
def test_business_number_is_not_made_of_unfit_parts(
    kind: str, branch: str, year: int, sequence: int
) -> None:
    with pytest.raises(ValueError, match="no business number"):
        business_number.make(kind, branch, year, sequence)


@given(PARTS)
def test_business_number_is_read_back(parts: tuple[str, str, int, int]) -> None:
    assert business_number.parse(business_number.make(*parts)) == parts


@given(PARTS, st.data())
def test_business_number_shows_every_single_wrong_character(
    parts: tuple[str, str, int, int], data: st.DataObject
) -> None:
    number = business_number.make(*parts)
    place = data.draw(st.integers(0, len(number) - 1))
    sign = data.draw(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    wrong = number[:place] + sign + number[place + 1 :]

    if wrong != number:
        with pytest.raises((BusinessNumberCheckDigit, BusinessNumberFormat)):
            business_number.parse(wrong)


@given(PARTS, st.data())
def test_business_number_shows_every_exchange_of_neighbours(
    parts: tuple[str, str, int, int], data: st.DataObject
) -> None:
    number = business_number.make(*parts)
    place = data.draw(st.integers(0, len(number) - 2))
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]

    if wrong != number:
        with pytest.raises((BusinessNumberCheckDigit, BusinessNumberFormat)):
            business_number.parse(wrong)
