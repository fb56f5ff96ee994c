"""Business numbers: branch-aware, with a check digit, from one sequence that never blocks."""

from datetime import date

from django.db import connection

from baocheng.kernel.identifiers import business_number


def next_numbers(kind: str, *, branch: str, on: date, count: int = 1) -> list[str]:
    """Return `count` fresh numbers of `kind` (a letter of `business_number`), in one statement.

    A number is never given twice, also when the transaction that took it fails: gaps are allowed.

    Args:
        branch: code of the branch that the thing belongs to ("110101").
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('baocheng_numbering') FROM generate_series(1, %s)", [count])
        taken = [sequence for (sequence,) in cursor.fetchall()]
    return [business_number.make(kind, branch, on.year, sequence) for sequence in taken]
