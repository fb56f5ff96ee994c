"""How the API reads and writes money and moments."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pydantic import BaseModel, ValidationError

from baocheng.rest.schema import Amount, Given, GivenAmount, GivenMoment, Moment


class Shown(BaseModel):
    amount: Amount
    at: Moment


class Asked(Given):
    amount: GivenAmount
    at: GivenMoment | None = None


def test_amounts_and_moments_are_written_as_text():
    shown = Shown(amount=Decimal("-3.5"), at=datetime(2026, 3, 1, 16, tzinfo=UTC))

    assert shown.model_dump() == {"amount": "-3.50", "at": "2026-03-02T00:00:00+08:00"}


@pytest.mark.parametrize("given", ["12.30", "12.3", Decimal("12.3"), "12.300"])
def test_amount_is_read_exactly(given):
    assert Asked(amount=given).amount == Decimal("12.30")


@pytest.mark.parametrize("given", ["12.345", "-1", "1e20", "NaN", "", 1.5, True, None, []])
def test_amount_that_is_none_is_refused_with_the_code_of_money(given):
    with pytest.raises(ValidationError) as refusal:
        Asked(amount=given)

    [error] = refusal.value.errors()
    assert error["loc"] == ("amount",)
    assert error["ctx"]["problem"].code == "kernel.invalid_amount"


@pytest.mark.parametrize(
    "given",
    ["2026-03-01T09:30:00", "2026-03-01", "0", 0, 1.5, True, "0001-01-01T00:00:00+08:00", "now"],
)
def test_what_is_no_moment_of_business_is_refused(given):
    with pytest.raises(ValidationError):
        Asked(amount="1", at=given)


def test_moment_is_taken_over_into_shanghai_time():
    at = Asked(amount="1", at="2026-03-01T23:30:00+23:59").at

    assert at.isoformat() == "2026-03-01T07:31:00+08:00"
