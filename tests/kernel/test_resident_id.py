from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baocheng.kernel.identifiers import resident_id
from baocheng.kernel.identifiers.regions import find_region
from baocheng.kernel.identifiers.resident_id import (
    ResidentIdBirthDate,
    ResidentIdCheckDigit,
    ResidentIdFormat,
    ResidentIdLength,
    ResidentIdRegion,
    Sex,
    check_digit,
)
from baocheng.kernel.problems import Problem

TODAY = date(2026, 3, 1)
# The standard's own examples (GB 11643-1999).
FEMALE_OF_1949 = "11010519491231002X"
MALE_OF_1880 = "440524188001010014"


def numbered(region: str, birth: str, sequence: str = "001") -> str:
    return region + birth + sequence + check_digit(region + birth + sequence)


def test_parse_reads_birth_sex_and_region() -> None:
    assert resident_id.parse(FEMALE_OF_1949, on=TODAY) == (
        FEMALE_OF_1949,
        date(1949, 12, 31),
        Sex.FEMALE,
        "北京市朝阳区",
    )


def test_parse_reads_a_county_long_gone() -> None:
    person = resident_id.parse(MALE_OF_1880, on=TODAY)

    assert (person.sex, person.region) == (Sex.MALE, "广东省汕头市潮阳县")


def test_parse_takes_full_width_digits_blanks_and_a_small_x() -> None:
    assert resident_id.parse("\uff11\uff110105 19491231-002x", on=TODAY).number == FEMALE_OF_1949


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("110105491231002", ResidentIdLength),
        ("1101051949123100AX", ResidentIdFormat),
        ("X1010519491231002X", ResidentIdFormat),
        ("110105194912310021", ResidentIdCheckDigit),
        (numbered("110105", "19490230"), ResidentIdBirthDate),
        (numbered("110105", "20260302"), ResidentIdBirthDate),
        (numbered("110105", "17010101"), ResidentIdBirthDate),
        (numbered("999999", "19900101"), ResidentIdRegion),
        (numbered("110000", "19900101"), ResidentIdRegion),
    ],
)
def test_parse_refuses_each_mistake_with_its_own_problem(
    number: str, problem: type[Problem]
) -> None:
    with pytest.raises(problem) as refused:
        resident_id.parse(number, on=TODAY, field="person.resident_id")

    assert refused.value.fields == ("person.resident_id",)
    assert refused.value.code.startswith("kernel.resident_id.")
    assert number[6:14] not in str(refused.value)


def test_code_is_good_for_births_while_its_county_existed() -> None:
    chongwen = "110103"  # 北京市崇文区, part of 东城区 since 2010

    assert resident_id.parse(numbered(chongwen, "19850101"), on=TODAY).region == "北京市崇文区"
    with pytest.raises(ResidentIdRegion):
        resident_id.parse(numbered(chongwen, "20150101"), on=TODAY)


def test_code_younger_than_the_birth_is_good_for_those_registered_late() -> None:
    yanqing = "110119"  # a district since 2015

    assert resident_id.parse(numbered(yanqing, "19700101"), on=TODAY).region == "北京市延庆区"


def test_newborn_of_a_county_founded_after_the_tables_is_known_by_the_prefecture() -> None:
    assert find_region("330199") is None

    person = resident_id.parse(numbered("330199", "20250601"), on=TODAY)

    assert person.region == "浙江省杭州市"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("512201", "四川省万县地区万县市"),  # before Chongqing became a municipality
        ("469034", "海南省陵水黎族自治县"),  # only in the revisions of GB/T 2260
        ("441900", "广东省东莞市"),  # a prefecture without counties
        ("429004", "湖北省仙桃市"),  # directly under the province
        ("830000", "台湾省"),
    ],
)
def test_region_names_a_code_with_what_it_belonged_to(code: str, name: str) -> None:
    region = find_region(code)

    assert region is not None
    assert region.name == name


@given(st.dates(date(1950, 1, 1), TODAY), st.integers(1, 999))
def test_every_well_made_number_is_read_back(born_on: date, sequence: int) -> None:
    number = numbered("310101", f"{born_on:%Y%m%d}", f"{sequence:03d}")

    person = resident_id.parse(number, on=TODAY)

    assert (person.number, person.born_on) == (number, born_on)
    assert person.sex is (Sex.MALE if sequence % 2 else Sex.FEMALE)


@given(st.integers(0, 17), st.sampled_from("0123456789X"))
def test_every_single_wrong_digit_is_found(place: int, sign: str) -> None:
    wrong = FEMALE_OF_1949[:place] + sign + FEMALE_OF_1949[place + 1 :]
    if wrong != FEMALE_OF_1949:
        with pytest.raises((ResidentIdCheckDigit, ResidentIdFormat)):
            resident_id.parse(wrong, on=TODAY)
