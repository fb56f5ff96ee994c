"""Read Parquet files through DuckDB; money becomes `Decimal` before Python sees it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from baocheng.kernel.money import CENT
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _


class FileUnreadable(Problem):
    """The file is missing, is no Parquet file or lacks a column."""

    code = "imports.file_unreadable"
    message = _("无法读取“{file}”：文件不存在、不是 Parquet 格式，或缺少所需的列。")


class AmountInvalid(Problem):
    """A row without an amount, or with parts of a cent."""

    code = "imports.amount_invalid"
    message = _("“{column}”缺失或不是精确到分的金额。")


def amount(column: str) -> str:
    """Return the SQL that reads a column of money, with four decimals so that a third one shows."""
    return f"CAST({column} AS DECIMAL(18,4))"


def checked_amount(value: Decimal | None, column: str) -> Decimal:
    """Return an amount that was read, to the cent.

    Raises:
        AmountInvalid: it is missing or finer than a cent.
    """
    if value is None or value != value.quantize(CENT):
        raise AmountInvalid(column, column=column)
    return value.quantize(CENT)


def batches(sql: str, files: Sequence[Path], size: int) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the answer to `sql` in lists of `size`; each `?` in it stands for one of `files`.

    Raises:
        FileUnreadable: one of them cannot be read.
    """
    with duckdb.connect() as connection:
        answer = _execute(connection, sql, files)
        while rows := answer.fetchmany(size):
            yield rows


def one_row(sql: str, files: Sequence[Path]) -> tuple[Any, ...]:
    """Return the only row of the answer to `sql`.

    Raises:
        FileUnreadable: one of the files cannot be read.
    """
    with duckdb.connect() as connection:
        row: tuple[Any, ...] = _execute(connection, sql, files).fetchone()
        return row


def _execute(connection: Any, sql: str, files: Sequence[Path]) -> Any:
    try:
        return connection.execute(sql, [str(file) for file in files])
    except duckdb.Error as error:
        names = "、".join(dict.fromkeys(file.name for file in files))
        raise FileUnreadable("file", file=names) from error
