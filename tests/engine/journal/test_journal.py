from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from baocheng.engine.journal.chain import verify
from baocheng.engine.journal.events import Event, Recorded, event, receiver
from baocheng.engine.journal.models import EventRow
from baocheng.engine.journal.queries import events_of, sentence
from baocheng.engine.journal.record import record
from baocheng.engine.streams import Actor, Stream
from baocheng.engine.unit import unit
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import Conflict
from baocheng.kernel.time import SHANGHAI

NOON = datetime(2025, 9, 26, 12, 0, tzinfo=SHANGHAI)
WANG = Actor(id="staff:1", name="王芳", branch="1")


@event("tests.thing.made.v1")
@dataclass(frozen=True, kw_only=True)
class ThingMade(Event):
    """造好了。"""

    amount: Decimal
    owner: UUID


@event("tests.thing.echoed.v1")
@dataclass(frozen=True, kw_only=True)
class ThingEchoed(Event):
    """有了回声。"""


heard: list[list[Recorded]] = []


@receiver(ThingMade)
def _echo(recorded: list[Recorded]) -> None:
    heard.append(list(recorded))
    for one in recorded:
        record(ThingEchoed(), stream=one.stream, by=one.by, at=one.at, cause=one.id)


def make(stream: Stream, amount: str = "1.00") -> None:
    record(ThingMade(amount=Decimal(amount), owner=new_id()), stream=stream, by=WANG, at=NOON)


def new_stream() -> Stream:
    return Stream("thing", new_id())


@pytest.mark.django_db
def test_record_chains_events_of_a_stream_in_order() -> None:
    stream, other = new_stream(), new_stream()

    with unit():
        make(stream, "12.30")
        make(other)
        make(stream, "12.40")
    with unit():
        make(stream)

    rows = events_of(stream)
    assert [(row.position, row.type.split(".")[2]) for row in rows] == [
        (1, "made"),
        (2, "made"),
        (3, "echoed"),
        (4, "echoed"),
        (5, "made"),
        (6, "echoed"),
    ]
    assert rows[0].payload["amount"] == "12.30"
    assert bytes(rows[4].previous_hash) == bytes(rows[3].hash)
    assert rows[2].cause == rows[0].id
    assert verify() == (8, 2, [])


@pytest.mark.django_db
def test_receivers_get_a_whole_unit_at_once() -> None:
    heard.clear()

    with unit():
        for _ in range(5):
            make(new_stream())

    assert [len(batch) for batch in heard] == [5]


@pytest.mark.usefixtures("versions_read")
@pytest.mark.django_db
def test_a_unit_writes_many_streams_in_as_many_statements_as_one() -> None:
    with CaptureQueriesContext(connection) as for_one, unit():
        make(new_stream())
    with CaptureQueriesContext(connection) as for_many, unit():
        for _ in range(50):
            make(new_stream())

    assert len(for_many) == len(for_one)


@pytest.mark.django_db
def test_a_failing_unit_records_nothing() -> None:
    stream = new_stream()

    def fail() -> None:
        with unit():
            make(stream)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert events_of(stream) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["UPDATE journal_event SET type = 'x'", "DELETE FROM journal_event"]
)
def test_the_database_refuses_to_change_an_event(statement: str) -> None:
    with unit():
        make(new_stream())

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert EventRow.objects.count() == 2


@pytest.mark.django_db
def test_verify_names_the_first_event_changed_behind_the_triggers_back() -> None:
    stream = new_stream()
    for _ in range(3):
        with unit():
            make(stream)

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE journal_event DISABLE TRIGGER journal_append_only")
        cursor.execute(
            "UPDATE journal_event SET payload = jsonb_set(payload, '{amount}', '\"9.00\"') "
            "WHERE stream_id = %s AND position >= 3 AND type = 'tests.thing.made.v1'",
            [stream.id],
        )
        cursor.execute("ALTER TABLE journal_event ENABLE TRIGGER journal_append_only")

    (broken,) = verify().broken
    assert (broken.stream_id, broken.position, broken.reason) == (stream.id, 3, "内容与哈希不符")


@pytest.mark.django_db
def test_verify_names_a_missing_event() -> None:
    stream = new_stream()
    with unit():
        make(stream)
        make(stream)

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE journal_event DISABLE TRIGGER journal_append_only")
        cursor.execute(
            "DELETE FROM journal_event WHERE stream_id = %s AND position = 2", [stream.id]
        )
        cursor.execute("ALTER TABLE journal_event ENABLE TRIGGER journal_append_only")

    (broken,) = verify(stream.id).broken
    assert (broken.position, broken.reason) == (3, "缺少第 2 号事件")


@pytest.mark.django_db
def test_two_writers_from_the_same_state_collide() -> None:
    stream = new_stream()
    with unit():
        make(stream)

    def write_from_an_old_state() -> None:
        with unit() as slow:
            slow.memo["journal.heads"] = {stream.id: (1, b"\0" * 32)}
            make(stream)

    with pytest.raises(Conflict):
        write_from_an_old_state()

    assert len(events_of(stream)) == 2


@pytest.mark.django_db
def test_an_event_without_a_template_is_shown_by_its_type() -> None:
    stream = new_stream()
    with unit():
        make(stream)

    assert sentence(events_of(stream)[0]) == "tests.thing.made.v1"


def test_a_payload_refuses_floats() -> None:
    with pytest.raises(TypeError):
        ThingMade(amount=1.5, owner=new_id()).payload()  # type: ignore[arg-type]
