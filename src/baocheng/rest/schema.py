"""Field types that every endpoint shares: how the API writes money, moments and problems."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from baocheng.kernel.money import InvalidAmount, parse_amount
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _
from baocheng.kernel.time import SHANGHAI


class ImplausibleDate(Problem):
    """A date no insurer deals with: a slip of the pen, or an attack on the arithmetic."""

    code = "rest.implausible_date"
    message = _("日期应在 1900 年至 2199 年之间，请核对。")


def field_error(problem: Problem) -> PydanticCustomError:
    """Return `problem` so that pydantic adds the place where it was found."""
    return PydanticCustomError("problem", "{problem}", {"problem": problem})


def _read_amount(value: Any) -> Decimal:
    try:
        return parse_amount(value)
    except InvalidAmount as problem:
        raise field_error(problem) from None


def _iso(value: Any) -> Any:
    """Let through what begins like a day: pydantic would read numbers as seconds since 1970."""
    if not isinstance(value, str) or not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise PydanticCustomError("datetime_parsing", "not ISO 8601")
    return value


D = TypeVar("D", bound=date)


def _plausible(value: D) -> D:
    if not 1900 <= value.year < 2200:
        raise field_error(ImplausibleDate())
    return value


def _in_shanghai(value: datetime) -> datetime:
    # One offset inside; PostgreSQL does not take all of those that ISO 8601 allows.
    return _plausible(value).astimezone(SHANGHAI)


def _write_moment(value: datetime) -> str:
    return value.astimezone(SHANGHAI).isoformat()


Amount = Annotated[
    Decimal,
    PlainSerializer(lambda value: f"{value:.2f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d+\.\d{2}$", "examples": ["1234.50"]}),
]
"""An amount of yuan in an answer: text, so that no reader rounds it."""

GivenAmount = Annotated[
    Decimal,
    BeforeValidator(_read_amount),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^\d{1,13}(\.\d{1,2})?$"},
                {"type": "number", "minimum": 0, "maximum": 9_999_999_999_999},
            ],
            "description": "人民币元，不为负，最多两位小数。",
            "examples": ["1234.50"],
        }
    ),
]
"""An amount of yuan that a caller gives."""

Moment = Annotated[
    datetime,
    PlainSerializer(_write_moment, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment in an answer, with the offset of Asia/Shanghai."""

GivenMoment = Annotated[AwareDatetime, BeforeValidator(_iso), AfterValidator(_in_shanghai)]
"""A moment that a caller gives, with its offset."""

GivenDate = Annotated[date, BeforeValidator(_iso), AfterValidator(_plausible)]
"""A day that a caller gives."""


Code = Annotated[str, Field(examples=["REGISTERED"])]
"""A stored code, stable for machines."""


class Given(BaseModel):
    """Base of what callers send: a field nobody knows is an error, not a silence."""

    model_config = ConfigDict(extra="forbid")


class FieldError(BaseModel):
    """One of several things wrong with a request."""

    code: str
    detail: str
    fields: list[str]


class ProblemDocument(BaseModel):
    """RFC 9457: why a request was refused."""

    type: str = Field(description="urn:baocheng:problem:<code>")
    title: str
    status: int
    detail: str = Field(description="可向客户宣读的一句话，语言随 Accept-Language。")
    code: str = Field(description="稳定的机器代码。")
    fields: list[str] = Field(description="有问题的字段。")
    errors: list[FieldError] = Field(description="逐项的问题。")
    extra: dict[str, Any] = Field(description="补充内容，如现有版本、相关编号。")
