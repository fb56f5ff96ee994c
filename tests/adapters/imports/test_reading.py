from decimal import Decimal
from pathlib import Path

import pytest

from baocheng.adapters.imports import reading
from baocheng.adapters.imports.reading import (
    AmountInvalid,
    FileUnreadable,
    amount,
    checked_amount,
)

SQL = f"SELECT key, {amount('paid')} FROM read_parquet(?) ORDER BY key"  # noqa: S608


def test_batches_reads_money_as_decimals(tmp_path: Path, write) -> None:
    rows = [["a", 927.16], ["b", -0.1], ["c", None], ["d", 1.005]]
    file = write(tmp_path / "paid.parquet", {"key": "VARCHAR", "paid": "DOUBLE"}, rows)

    read = list(reading.batches(SQL, [file], 3))

    assert read == [
        [("a", Decimal("927.1600")), ("b", Decimal("-0.1000")), ("c", None)],
        [("d", Decimal("1.0050"))],
    ]


def test_checked_amount_is_exact_to_the_cent() -> None:
    assert str(checked_amount(Decimal("927.1600"), "paid")) == "927.16"


@pytest.mark.parametrize("value", [None, Decimal("1.0050")])
def test_checked_amount_refuses_what_is_missing_or_finer_than_a_cent(value) -> None:
    with pytest.raises(AmountInvalid) as refused:
        checked_amount(value, "paid")

    assert refused.value.fields == ("paid",)


def test_one_row_names_the_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable) as refused:
        reading.one_row("SELECT count(*) FROM read_parquet(?)", [tmp_path / "none.parquet"])

    assert refused.value.code == "imports.file_unreadable"
    assert "none.parquet" in str(refused.value)


def test_batches_refuses_a_file_without_the_column(tmp_path: Path, write) -> None:
    file = write(tmp_path / "paid.parquet", {"key": "VARCHAR"}, [["a"]])

    with pytest.raises(FileUnreadable):
        list(reading.batches(SQL, [file], 3))
