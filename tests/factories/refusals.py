"""A refusal leaves no trace: nothing in any table is other than before."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

import pytest
from django.apps import apps
from django.db import connection

from baocheng.kernel.problems import Problem


@contextmanager
def refused(
    problem: type[Problem], *fields: str, code: str
) -> Iterator[pytest.ExceptionInfo[Problem]]:
    """Expect the block to be refused with this code at these fields, and nothing to change."""
    before = contents()
    with pytest.raises(problem) as caught:
        yield caught
    assert (caught.value.code, caught.value.fields) == (code, fields)
    assert contents() == before


def contents() -> Mapping[str, str]:
    """Return a mark of what each table holds."""
    with connection.cursor() as cursor:
        cursor.execute(_statement())
        return dict(cursor.fetchall())


@cache
def _statement() -> str:
    tables = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)})
    marks = (
        f"SELECT '{table}', md5(coalesce(string_agg(row::text, chr(10) ORDER BY row::text), ''))"  # noqa: S608
        f' FROM "{table}" AS row'
        for table in tables
    )
    return " UNION ALL ".join(marks)
