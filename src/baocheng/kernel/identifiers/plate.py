"""Vehicle number plates of mainland China (GA 36-2018)."""

import re
from enum import StrEnum
from typing import NamedTuple

from baocheng.kernel.identifiers.spelling import compact
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

_PROVINCE = "[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新]"
# The serial uses no I and no O.
_SIGN = "[A-HJ-NP-Z0-9]"
_LETTER = "[A-HJ-NP-Z]"


class PlateFormat(Problem):
    """No plate has this form."""

    code = "kernel.plate.format"
    message = _("号牌号码无效：请按“沪A12345”的形式填写，新能源汽车为8位。")


class PlateKind(StrEnum):
    """What kind of plate it is, as far as the number tells."""

    ORDINARY = "ORDINARY"
    NEW_ENERGY = "NEW_ENERGY"
    TRAILER = "TRAILER"
    DRIVING_SCHOOL = "DRIVING_SCHOOL"
    POLICE = "POLICE"
    HONG_KONG = "HONG_KONG"
    MACAO = "MACAO"
    EMERGENCY = "EMERGENCY"
    CONSULATE = "CONSULATE"
    EMBASSY = "EMBASSY"


# The letter of a new energy plate stands third on a small car and last on a large one.
_FORMS = [
    (PlateKind.ORDINARY, f"{_PROVINCE}{_LETTER}(?=.*[0-9]){_SIGN}{{5}}"),
    (PlateKind.NEW_ENERGY, f"{_PROVINCE}{_LETTER}[A-HJK]{_SIGN}[0-9]{{4}}"),
    (PlateKind.NEW_ENERGY, f"{_PROVINCE}{_LETTER}[0-9]{{5}}[A-HJK]"),
    (PlateKind.TRAILER, f"{_PROVINCE}{_LETTER}{_SIGN}{{4}}挂"),
    (PlateKind.DRIVING_SCHOOL, f"{_PROVINCE}{_LETTER}{_SIGN}{{4}}学"),
    (PlateKind.POLICE, f"{_PROVINCE}{_LETTER}{_SIGN}{{4}}警"),
    (PlateKind.EMERGENCY, f"{_PROVINCE}[XS][0-9]{{4}}应急"),
    (PlateKind.HONG_KONG, f"粤Z{_SIGN}{{4}}港"),
    (PlateKind.MACAO, f"粤Z{_SIGN}{{4}}澳"),
    (PlateKind.CONSULATE, f"{_PROVINCE}{_LETTER}{_SIGN}{{4}}领"),
    (PlateKind.EMBASSY, "[0-9]{6}使|使[0-9]{6}"),
]
_PATTERNS = [(kind, re.compile(form)) for kind, form in _FORMS]


class Plate(NamedTuple):
    """A checked plate, without blanks and dots ("沪A12345")."""

    number: str
    kind: PlateKind


def parse(text: str, *, field: str = "plate") -> Plate:
    """Check a plate number and tell its kind.

    Raises:
        PlateFormat: no plate has this form.
    """
    number = compact(text)
    for kind, pattern in _PATTERNS:
        if pattern.fullmatch(number):
            return Plate(number, kind)
    raise PlateFormat(field)
