"""Take running totals under lock, and add to them."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from baocheng.areas.policies.models import Accumulator
from baocheng.areas.products.inputs import AccumulatorKey
from baocheng.engine.unit import current
from baocheng.kernel.ids import new_id

_LOCKED = "policies.accumulators"

# The update changes nothing: it is what makes the statement lock and return rows already there,
# as last committed, in the order of the sorted keys. One statement, no deadlock.
_LOCK = """
INSERT INTO policies_accumulator AS held (id, policy_id, insured, name, period, used_amount)
SELECT *, 0 FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[])
ON CONFLICT (policy_id, insured, name, period) DO UPDATE SET used_amount = held.used_amount
RETURNING id, policy_id, insured, name, period, used_amount
"""


def lock_accumulators(keys: Collection[AccumulatorKey]) -> Mapping[AccumulatorKey, Decimal]:
    """Return what is used of each running total, locked until the end of the transaction.

    Take the totals of everything that is calculated together in one call: they are locked in
    one order then, whoever else locks some of them. Asking again in the same unit returns what
    was spent meanwhile, too.
    """
    rows: dict[AccumulatorKey, Accumulator] = current().memo.setdefault(_LOCKED, {})
    missing = sorted({key for key in keys if key not in rows})
    if missing:
        rows.update(_lock(missing))
    return {key: rows[key].used_amount for key in keys}


def spend(spent: Mapping[AccumulatorKey, Decimal]) -> None:
    """Add to running totals that this unit holds under lock."""
    rows: dict[AccumulatorKey, Accumulator] = current().memo.get(_LOCKED, {})
    for key, amount in spent.items():
        assert key in rows, "a running total is locked before it is spent"
        rows[key].used_amount += amount
        current().change(rows[key], "used_amount")


def _lock(keys: list[AccumulatorKey]) -> dict[AccumulatorKey, Accumulator]:
    columns: list[list[Any]] = [
        [new_id() for _key in keys],
        [UUID(key.policy) for key in keys],
        [key.insured for key in keys],
        [key.name for key in keys],
        [key.period for key in keys],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, columns)
        found = cursor.fetchall()
    rows = {}
    for id, policy_id, insured, name, period, used in found:
        row = Accumulator(
            id=id, policy_id=policy_id, insured=insured, name=name, period=period, used_amount=used
        )
        rows[AccumulatorKey(str(policy_id), insured, name, period)] = row
    return rows
