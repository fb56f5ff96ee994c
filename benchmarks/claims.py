"""A complete automatic claim, from the report to its closing, against the same rows in raw psycopg.

Run: uv run python benchmarks/claims.py [CLAIMS]

Prints the statements of one claim, claims a second one by one and in bulk, and the CPU of one
claim as a ratio to writing the same rows of the same tables by hand-written psycopg in the same
run. Nothing is asserted: figures are for reading.
"""

import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 200
FOLDER = Path(tempfile.mkdtemp(prefix="baocheng-bench-"))
os.environ["BAOCHENG_DATA"] = str(FOLDER)
os.environ["BAOCHENG_DEMO"] = "1"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baocheng.settings.production")

from baocheng.cli import server  # noqa: E402

server.ensure(FOLDER)

import django  # noqa: E402

django.setup()

import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from baocheng.areas.billing.operations.payments import confirm_payments  # noqa: E402
from baocheng.areas.claims.operations.reporting import report_claim, report_claims  # noqa: E402
from baocheng.cli import memory  # noqa: E402
from baocheng.kernel.ids import new_id  # noqa: E402
from factories.claims import a_line, a_report  # noqa: E402
from factories.company import FRIDAY, a_policy, act, ensure_company  # noqa: E402


def main() -> None:
    """Prepare an installation, then measure."""
    call_command("migrate", verbosity=0)
    ensure_company()
    policy = a_policy()
    by, cashier = act("zhouting"), act("zhengyi")
    lines = [a_line(amount=amount) for amount in ("310.10", "420.25", "530.00", "99.99")]
    report = a_report(policy, lines)

    def one_claim() -> None:
        claim = report_claim(report=report, by=by, at=FRIDAY)
        confirm_payments(stream_ids=[claim.id], by=cashier, at=FRIDAY)

    # As web and worker processes do once they are up.
    memory.settle()
    for _ in range(10):
        one_claim()
    with CaptureQueriesContext(connection) as captured:
        one_claim()
    kinds = [query["sql"].split(" ", 1)[0] for query in captured.captured_queries]
    print(f"statements of one claim: {len(kinds)}")

    before = _rows()
    wall, cpu = _timed(one_claim, COUNT)
    written = {table: count - before.get(table, 0) for table, count in _rows().items()}
    print(f"one by one: {COUNT / wall:.0f} claims/s, {1000 * cpu / COUNT:.2f} ms CPU each")

    raw_wall, raw_cpu = _raw(written, COUNT)
    print(
        f"same rows by raw psycopg: {COUNT / raw_wall:.0f}/s, {1000 * raw_cpu / COUNT:.2f} ms CPU"
    )
    print(f"ratio of CPU: {cpu / raw_cpu:.1f}×")

    def many_claims() -> None:
        claims = report_claims(reports=[report] * COUNT, by=by, at=FRIDAY)
        confirm_payments(stream_ids=[claim.id for claim in claims], by=cashier, at=FRIDAY)

    wall, cpu = _timed(many_claims, 1)
    print(f"in bulk of {COUNT}: {COUNT / wall:.0f} claims/s, {1000 * cpu / COUNT:.2f} ms CPU each")


def _timed(work, times):  # type: ignore[no-untyped-def]
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(times):
        work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _tables() -> list[str]:
    return [
        name for name in connection.introspection.table_names() if not name.startswith("django")
    ]


def _rows() -> dict[str, int]:
    with connection.cursor() as cursor:
        counts = {}
        for table in _tables():
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    return counts


def _raw(written: dict[str, int], claims: int) -> tuple[float, float]:
    """Insert the rows that the claims wrote once more, by hand, into copies of the tables."""
    samples: dict[str, list[dict[str, object]]] = defaultdict(list)
    per_claim = {table: max(1, round(count / claims)) for table, count in written.items() if count}
    with psycopg.connect(settings.ENV.database_url or os.environ["DATABASE_URL"]) as raw:
        for table, rows in per_claim.items():
            raw.execute(f'CREATE TABLE "raw_{table}" (LIKE "{table}" INCLUDING ALL)')
            found = raw.execute(
                f'SELECT to_jsonb(t) FROM "{table}" t ORDER BY random() LIMIT {rows}'
            )
            samples[table] = [row for (row,) in found]
        raw.commit()
        names = {table: list(rows[0]) for table, rows in samples.items() if rows}
        kinds = {table: _kinds(raw, table) for table in names}
        wall, cpu = time.perf_counter(), time.process_time()
        for claim in range(claims):
            for table, columns in names.items():
                places = ", ".join("%s" for _ in columns)
                statement = f'INSERT INTO "raw_{table}" ({", ".join(columns)}) VALUES ({places})'
                values = [_fresh(row, columns, kinds[table], claim) for row in samples[table]]
                with raw.cursor() as cursor:
                    cursor.executemany(statement, values)
            raw.commit()
        return time.perf_counter() - wall, time.process_time() - cpu


def _kinds(raw: psycopg.Connection, table: str) -> dict[str, str]:
    found = raw.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s",
        [table],
    )
    return dict(found.fetchall())


def _fresh(
    row: dict[str, object], columns: list[str], kinds: dict[str, str], claim: int
) -> list[object]:
    """Return the values of a row with new keys, so that unique constraints hold."""
    values: list[object] = []
    for column in columns:
        value = row[column]
        if kinds[column] == "uuid" and value is not None:
            value = new_id()
        elif kinds[column] == "jsonb" and value is not None:
            value = json.dumps(value)
        elif column in ("number", "idempotency_key", "source") and value is not None:
            value = f"{str(value)[:12]}{new_id().hex[-18:]}"
        values.append(value)
    return values


if __name__ == "__main__":
    main()
