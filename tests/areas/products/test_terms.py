"""A policy may choose only what its product offers."""

from decimal import Decimal

import pytest

from baocheng.areas.products.definition import Product
from baocheng.areas.products.inputs import CoverageTerms
from baocheng.areas.products.terms import check_covers
from baocheng.kernel.problems import Problems


def held(coverage: str, **amounts: str) -> CoverageTerms:
    return CoverageTerms(
        coverage=coverage, amounts={name: Decimal(amount) for name, amount in amounts.items()}
    )


def test_offered_amounts_are_accepted(motor: Product, accident: Product) -> None:
    check_covers(motor, [held("compulsory"), held("third_party", sum_insured="1000000.00")])
    check_covers(accident, [held("accident_death", sum_insured="10000.00")])


def test_every_wrong_choice_is_named(motor: Product, accident: Product) -> None:
    with pytest.raises(Problems) as refused:
        check_covers(
            motor,
            [
                held("compulsory", sum_insured="1.00"),
                held("third_party"),
                held("third_party", sum_insured="1000000.00"),
                held("glass"),
            ],
        )
    with pytest.raises(Problems) as too_low:
        check_covers(accident, [held("accident_death", sum_insured="9999.99")])
    with pytest.raises(Problems) as empty:
        check_covers(motor, [])

    assert [(each.code, *each.fields) for each in refused.value.problems] == [
        ("products.term_unknown", "covers.0.amounts.sum_insured"),
        ("products.term_missing", "covers.1.amounts.sum_insured"),
        ("products.coverage_unknown", "covers.2.coverage"),
        ("products.coverage_unknown", "covers.3.coverage"),
    ]
    assert [each.code for each in too_low.value.problems] == ["products.term_refused"]
    assert [each.code for each in empty.value.problems] == ["products.no_coverage"]
