"""What must hold for every claim, whatever its lines."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from baocheng.areas.products.calculations import (
    accumulator_keys,
    calculate,
    policy_year_start,
    recompute,
)
from baocheng.areas.products.definition import Product
from baocheng.areas.products.enums import Payer, Reason
from baocheng.areas.products.inputs import AccumulatorKey, CoverageTerms, Line, Loss, Ratio
from baocheng.areas.products.sheet import Difference, Sheet, differences, read_formula
from baocheng.kernel.money import ZERO
from baocheng.kernel.problems import Problems

GENERAL = [CoverageTerms(coverage="general_medical")]
MOTOR = [
    CoverageTerms(coverage="compulsory"),
    CoverageTerms(coverage="third_party", amounts={"sum_insured": Decimal("500000.00")}),
]
ACCIDENT = [
    CoverageTerms(coverage="accident_death", amounts={"sum_insured": Decimal("500000.00")}),
    CoverageTerms(coverage="accident_disability", amounts={"sum_insured": Decimal("500000.00")}),
    CoverageTerms(coverage="hospital_allowance", amounts={"daily_amount": Decimal("100.00")}),
    CoverageTerms(coverage="accident_medical", amounts={"medical_sum": Decimal("20000.00")}),
]
Losses = Callable[..., Loss]


def amounts(most: str) -> st.SearchStrategy[Decimal]:
    return st.decimals(ZERO, Decimal(most), places=2)


def ratios() -> st.SearchStrategy[Ratio]:
    return st.sampled_from([Ratio(Decimal(each)) for each in ("0", "0.3", "0.5", "0.7", "1")])


medical_line = st.builds(
    Line,
    key=st.just("1"),
    head=st.sampled_from(["bed", "surgery", "medicine", "treatment", "outpatient"]),
    on=st.dates(date(2026, 3, 1), date(2026, 3, 28)),
    amount=amounts("400000"),
    days=st.integers(1, 40),
    hospital_level=st.sampled_from(["一级", "二级", "三级"]),
    social_insurance_used=st.booleans(),
    other_paid=st.dictionaries(st.sampled_from(Payer), amounts("30000"), max_size=2),
    ineligible_amount=amounts("500"),
)
motor_line = st.builds(
    Line,
    key=st.just("1"),
    head=st.sampled_from(["third_party_injury", "third_party_medical", "third_party_property"]),
    on=st.just(date(2026, 3, 10)),
    amount=amounts("400000"),
    other_paid=st.dictionaries(st.sampled_from(Payer), amounts("9000"), max_size=1),
)
accident_line = st.one_of(
    st.builds(
        Line,
        key=st.just("1"),
        head=st.just("medical"),
        on=st.dates(date(2026, 3, 10), date(2026, 12, 1)),
        amount=amounts("9000"),
        hospital_level=st.sampled_from(["一级", "二级"]),
    ),
    st.builds(
        Line,
        key=st.just("1"),
        head=st.just("hospital_day"),
        on=st.just(date(2026, 4, 1)),
        days=st.integers(1, 120),
    ),
)


def numbered(lines: list[Line]) -> list[Line]:
    return [replace(line, key=str(number)) for number, line in enumerate(lines, start=1)]


def after(used: Mapping[AccumulatorKey, Decimal], sheet: Sheet) -> Mapping[AccumulatorKey, Decimal]:
    keys = {*used, *sheet.spent}
    return {key: used.get(key, ZERO) + sheet.spent.get(key, ZERO) for key in keys}


def assert_every_yuan_is_explained(sheet: Sheet) -> None:
    for line in sheet.lines:
        assert line.claimed == line.paid + sum((each.amount for each in line.reductions), ZERO)
        assert line.paid == sum((part.paid for part in line.parts), ZERO)
        assert all(part.paid >= 0 for part in line.parts)
        for part in line.parts:
            cuts = sum((each.amount for each in part.reductions), ZERO)
            assert part.offered == part.paid + cuts
            assert all(each.amount > 0 for each in part.reductions)
            assert all(each.clause and each.formula.sentence() for each in part.reductions)
        assert line.paid.as_tuple().exponent == -2
    assert sheet.paid == sum((line.paid for line in sheet.lines), ZERO)
    assert sheet.paid == sum(sheet.paid_by_coverage.values(), ZERO)
    assert sum(sheet.reduced_by_reason().values(), sheet.paid) == sheet.claimed


@given(lines=st.lists(medical_line, max_size=6), day=st.integers(0, 60))
def test_medical_sheet_explains_every_yuan(
    medical: Product, loss: Losses, lines: list[Line], day: int
) -> None:
    happened = loss(occurred_on=date(2026, 1, 1) + timedelta(days=day))

    sheet = calculate(medical, covers=GENERAL, loss=happened, lines=numbered(lines), used={})

    assert_every_yuan_is_explained(sheet)
    assert recompute(sheet.as_json(), medical) == sheet


@given(lines=st.lists(motor_line, max_size=6), fault=ratios())
def test_motor_sheet_explains_every_yuan_and_keeps_the_limits(
    motor: Product, loss: Losses, lines: list[Line], fault: Ratio
) -> None:
    happened = loss(fault_ratio=fault)

    sheet = calculate(motor, covers=MOTOR, loss=happened, lines=numbered(lines), used={})

    assert_every_yuan_is_explained(sheet)
    assert recompute(sheet.as_json(), motor) == sheet
    limits = {"injury": "180000", "medical": "18000", "property": "2000"}
    if not fault:
        limits = {"injury": "18000", "medical": "1800", "property": "100"}
    for head, limit in limits.items():
        paid = sum(
            part.paid
            for line in sheet.lines
            for part in line.parts
            if part.coverage == "compulsory" and line.line.head == f"third_party_{head}"
        )
        assert paid <= Decimal(limit)
    assert sheet.paid_by_coverage["third_party"] <= Decimal(500000)


@given(
    lines=st.lists(accident_line, max_size=6),
    grades=st.lists(st.integers(1, 10), min_size=1, max_size=3),
)
def test_accident_sheet_explains_every_yuan(
    accident: Product, loss: Losses, lines: list[Line], grades: list[int]
) -> None:
    happened = loss(by_accident=True, disability_grades=tuple(grades))
    benefits = [Line(key="", head=head, on=date(2026, 4, 1)) for head in ("disability", "death")]

    sheet = calculate(
        accident, covers=ACCIDENT, loss=happened, lines=numbered(lines + benefits), used={}
    )

    assert_every_yuan_is_explained(sheet)
    assert recompute(sheet.as_json(), accident) == sheet
    by_coverage = sheet.paid_by_coverage
    assert by_coverage["accident_death"] + by_coverage["accident_disability"] == Decimal(500000)
    assert by_coverage["hospital_allowance"] <= 90 * Decimal(100)


@given(lines=st.lists(medical_line, min_size=1, max_size=6), cut=st.integers(0, 6))
def test_claiming_in_two_parts_pays_the_same_and_spends_nothing_twice(
    medical: Product, loss: Losses, lines: list[Line], cut: int
) -> None:
    # What other insurers paid meets the deductible of the claim that it came with, so a claim
    # without it is the one that can be split freely.
    in_order = sorted((replace(line, other_paid={}) for line in lines), key=lambda line: line.on)
    whole = calculate(medical, covers=GENERAL, loss=loss(), lines=numbered(in_order), used={})

    first = calculate(medical, covers=GENERAL, loss=loss(), lines=in_order[:cut], used={})
    middle = after({}, first)
    second = calculate(medical, covers=GENERAL, loss=loss(), lines=in_order[cut:], used=middle)

    assert first.paid + second.paid == whole.paid
    end = {key.name: amount for key, amount in after(middle, second).items() if amount}
    assert end == {key.name: amount for key, amount in after({}, whole).items() if amount}
    assert end.get("annual_deductible", ZERO) <= Decimal(10000)
    assert end.get("outpatient_limit", ZERO) <= Decimal(20000)
    assert end.get("general_limit", ZERO) <= Decimal(2000000)


@given(used=amounts("2100000"), lines=st.lists(medical_line, max_size=4))
def test_limit_is_never_passed_whatever_was_used_before(
    medical: Product, loss: Losses, used: Decimal, lines: list[Line]
) -> None:
    keys = accumulator_keys(medical, covers=GENERAL, loss=loss())
    (key,) = (key for key in keys if key.name == "general_limit")

    sheet = calculate(medical, covers=GENERAL, loss=loss(), lines=numbered(lines), used={key: used})

    assert sheet.paid <= max(Decimal(2000000) - used, ZERO)


def test_spending_stays_within_the_keys_to_lock(
    medical: Product, motor: Product, accident: Product, loss: Losses
) -> None:
    happened = loss(fault_ratio=Ratio(Decimal(1)), disability_grades=(5,), by_accident=True)
    for product, covers, lines in (
        (
            medical,
            GENERAL,
            [
                Line(
                    key="1",
                    head="outpatient",
                    on=date(2026, 3, 10),
                    amount=Decimal(20000),
                    hospital_level="三级",
                )
            ],
        ),
        (
            motor,
            MOTOR,
            [
                Line(
                    key="1", head="third_party_property", on=date(2026, 3, 10), amount=Decimal(9000)
                )
            ],
        ),
        (accident, ACCIDENT, [Line(key="1", head="disability", on=date(2026, 3, 10))]),
    ):
        keys = accumulator_keys(product, covers=covers, loss=happened)
        sheet = calculate(product, covers=covers, loss=happened, lines=lines, used={})
        assert sheet.spent
        assert set(sheet.spent) <= set(keys)
        assert keys == sorted(keys)


def test_lines_consume_the_deductible_by_date_but_stay_in_the_order_given(
    medical: Product, loss: Losses
) -> None:
    late = Line(
        key="后",
        head="medicine",
        on=date(2026, 3, 20),
        amount=Decimal("9000.00"),
        hospital_level="三级",
    )
    early = replace(late, key="前", on=date(2026, 3, 12))

    sheet = calculate(medical, covers=GENERAL, loss=loss(), lines=[late, early], used={})

    assert [(line.line.key, line.paid) for line in sheet.lines] == [
        ("后", Decimal("4800.00")),
        ("前", Decimal("0.00")),
    ]


def test_line_outside_the_held_coverages_is_explained_by_the_scope_clause(
    accident: Product, loss: Losses
) -> None:
    line = Line(key="1", head="medical", on=date(2026, 3, 10), amount=Decimal("80.00"))

    sheet = calculate(accident, covers=ACCIDENT[:1], loss=loss(), lines=[line], used={})

    (reduction,) = sheet.lines[0].reductions
    assert reduction[:3] == (Reason.NOT_COVERED, Decimal("80.00"), accident.scope)
    assert reduction.formula.sentence() == "投保的责任不包括“意外医疗费”"


def test_every_fault_of_the_input_is_named_at_once(accident: Product, loss: Losses) -> None:
    day = date(2026, 3, 10)
    lines = [
        Line(key="1", head="medical", on=day),
        Line(key="2", head="medical", on=day, amount=Decimal("-1.00")),
        Line(key="3", head="death", on=day, amount=Decimal("1.00")),
        Line(key="4", head="death", on=day),
        Line(key="5", head="hospital_day", on=day),
        Line(key="6", head="disability", on=day),
        Line(key="7", head="medicall", on=day),
        Line(key="8", head="medical", on=day, amount=Decimal("1.001")),
        Line(key="9", head="medical", on=day, amount=Decimal(1), items=0),
        Line(
            key="10",
            head="medical",
            on=day,
            amount=Decimal(1),
            other_paid={Payer.SOCIAL_INSURANCE: Decimal("-1.00")},
        ),
    ]

    with pytest.raises(Problems) as refused:
        calculate(accident, covers=ACCIDENT, loss=loss(), lines=lines, used={})

    assert [(problem.code, *problem.fields) for problem in refused.value.problems] == [
        ("products.amount_missing", "lines.0.amount"),
        ("products.amount_missing", "lines.1.amount"),
        ("products.amount_unexpected", "lines.2.amount"),
        ("products.benefit_repeated", "lines.3.head"),
        ("products.days_missing", "lines.4.days"),
        ("products.head_unknown", "lines.6.head"),
        ("products.amount_missing", "lines.7.amount"),
        ("products.number_impossible", "lines.8"),
        ("products.number_impossible", "lines.9"),
        ("products.disability_grade_missing", "loss.disability_grades"),
    ]


@pytest.mark.parametrize("ratio", [None, Ratio(Decimal("-0.1")), Ratio(Decimal("1.1"))])
def test_motor_claim_needs_a_fault_ratio(motor: Product, loss: Losses, ratio: Ratio | None) -> None:
    line = Line(key="1", head="third_party_property", on=date(2026, 3, 10), amount=Decimal(900))

    with pytest.raises(Problems) as refused:
        calculate(motor, covers=MOTOR, loss=loss(fault_ratio=ratio), lines=[line], used={})

    assert [problem.code for problem in refused.value.problems] == ["products.fault_ratio_missing"]


@pytest.mark.parametrize("grades", [(), (0,), (5, 11)])
def test_disability_claim_needs_grades_from_one_to_ten(
    accident: Product, loss: Losses, grades: tuple[int, ...]
) -> None:
    line = Line(key="1", head="disability", on=date(2026, 3, 10))

    with pytest.raises(Problems) as refused:
        calculate(
            accident,
            covers=ACCIDENT,
            loss=loss(disability_grades=grades),
            lines=[line],
            used={},
        )

    assert [problem.code for problem in refused.value.problems] == [
        "products.disability_grade_missing"
    ]


@pytest.mark.parametrize(
    ("cover_from", "on", "start"),
    [
        (date(2024, 5, 1), date(2024, 5, 1), date(2024, 5, 1)),
        (date(2024, 5, 1), date(2025, 4, 30), date(2024, 5, 1)),
        (date(2024, 5, 1), date(2026, 5, 1), date(2026, 5, 1)),
        (date(2024, 2, 29), date(2025, 2, 28), date(2024, 2, 29)),
        (date(2024, 2, 29), date(2025, 3, 1), date(2025, 3, 1)),
        (date(2024, 2, 29), date(2028, 2, 29), date(2028, 2, 29)),
        (date(2024, 5, 1), date(2024, 4, 1), date(2024, 5, 1)),
    ],
)
def test_policy_year_starts_on_the_anniversary(cover_from: date, on: date, start: date) -> None:
    assert policy_year_start(cover_from, on) == start


def test_formula_is_a_sentence_with_its_numbers(medical: Product, loss: Losses) -> None:
    line = Line(
        key="1",
        head="surgery",
        on=date(2026, 3, 10),
        amount=Decimal("31000.00"),
        hospital_level="三级",
        other_paid={Payer.SOCIAL_INSURANCE: Decimal("8000.00")},
    )

    sheet = calculate(medical, covers=GENERAL, loss=loss(), lines=[line], used={})

    assert [each.formula.sentence() for each in sheet.lines[0].reductions] == [
        "社会医疗保险已支付 8,000.00",
        "免赔额 10,000.00，此前已抵扣 0.00，由其他方支付抵扣 0.00，本行扣除 10,000.00",
        "13,000.00 × 60% = 7,800.00",
    ]


def test_record_keeps_codes_and_reads_in_the_language_of_the_reader(
    medical: Product, loss: Losses
) -> None:
    line = Line(
        key="1",
        head="surgery",
        on=date(2026, 3, 10),
        amount=Decimal("31000.00"),
        hospital_level="三级",
        other_paid={Payer.SOCIAL_INSURANCE: Decimal("8000.00")},
    )
    record = calculate(medical, covers=GENERAL, loss=loss(), lines=[line], used={}).as_json()
    entry = record["lines"][0]["reductions"][0]

    assert entry["numbers"] == {"amount": "8,000.00", "payer": "social_insurance"}
    assert read_formula(entry).sentence() == "社会医疗保险已支付 8,000.00"
    with override("en"):
        assert read_formula(entry).sentence() == "Social medical insurance has paid 8,000.00"
        assert recompute(record, medical).as_json() == record


def test_changed_record_is_named_by_the_place_that_differs(medical: Product, loss: Losses) -> None:
    line = Line(
        key="1",
        head="surgery",
        on=date(2026, 3, 10),
        amount=Decimal("31000.00"),
        hospital_level="三级",
    )
    record = calculate(medical, covers=GENERAL, loss=loss(), lines=[line], used={}).as_json()
    record["lines"][0]["paid"] = "99999.00"

    again = recompute(record, medical).as_json()

    assert list(differences(record, again)) == [Difference("lines.0.paid", "99999.00", "12600.00")]
