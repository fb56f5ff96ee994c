import hashlib
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from pytest_django import DjangoAssertNumQueries, Settings

from baocheng.engine.documents.letters import prepare_letter, render_pending
from baocheng.engine.documents.receiving import Accepted, Upload, receive_documents
from baocheng.engine.documents.variables import ValueMissing
from baocheng.engine.journal.queries import events_of, sentence
from baocheng.engine.messaging.enums import MessageState
from baocheng.engine.messaging.models import Message
from baocheng.engine.messaging.outbox import (
    BACK_OFF,
    NotFailed,
    NotSent,
    UnknownMessage,
    confirm_delivery,
    deliver_due,
    masked,
    queue_message,
    report_bounce,
    resend_message,
)
from baocheng.engine.messaging.port import Channel, DeliveryFailed, Outgoing, Receipt
from baocheng.engine.messaging.queries import get_message, list_messages, messages_of
from baocheng.engine.messaging.registry import Channels, configured_channels
from baocheng.engine.publishing.defaults import RELEASE
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.versions import publish
from baocheng.engine.streams import SYSTEM, Actor, Stream
from baocheng.engine.unit import unit
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import Conflict, NotFound
from baocheng.kernel.time import SHANGHAI

NOON = datetime(2025, 9, 26, 12, 0, tzinfo=SHANGHAI)
ZHAO = Actor(
    id="staff:1",
    name="赵敏",
    branch="1",
    permissions=frozenset({"publishing.publish_handbook"}),
)
WANG = {"sms": "13800001234", "email": "wangfang@example.com"}
FILES = {
    "claims/decided.message.yaml": """
key: claim_decided
title: 理赔决定通知
channels: [sms, email]
text: 【保程】{customer_name}：赔案 {number} 已有决定。
variables:
  number: {sample: C1}
  customer_name: {sample: 王芳}
""",
    "claims/decision.letter.typ": """/*---
key: decision
title: 理赔决定通知书
retention: {years: 5, basis: 保险法第八十七条}
variables:
  number: {sample: C1}
---*/
#import "/letter_style.typ": *
#show: letter
赔案 #values.number
""",
}

pytestmark = pytest.mark.django_db


class Recording:
    """A channel that keeps what it is given, and fails as often as it is told to."""

    def __init__(self, *failures: DeliveryFailed | Exception) -> None:
        self.sent: list[Outgoing] = []
        self.attachments: list[bytes] = []
        self._failures = list(failures)

    def send(self, message: Outgoing) -> Receipt:
        if self._failures:
            raise self._failures.pop(0)
        self.sent.append(message)
        self.attachments += [attachment.read() for attachment in message.attachments]
        return Receipt(f"number-{len(self.sent)}")


@pytest.fixture(autouse=True)
def handbook() -> None:
    before = NOON - timedelta(days=1)
    publish(Handbook(FILES), effective_at=before, approved_by=RELEASE, by=ZHAO, at=before)


def new_claim() -> Stream:
    return Stream("claim", new_id())


def queue(stream: Stream, to: Mapping[str, str] = WANG, **more: Any) -> Message:
    return queue_message(
        stream=stream,
        template="claim_decided",
        values={"number": "C1", "customer_name": "王芳"},
        to=to,
        by=ZHAO,
        at=NOON,
        **more,
    )


def deliver(at: datetime = NOON, **channels: Channel) -> int:
    return deliver_due(at=at, channels=Channels(channels))


def sentences(stream: Stream) -> list[str]:
    return [sentence(event) for event in events_of(stream)]


def test_queue_message_sends_nothing_by_itself() -> None:
    claim = new_claim()

    queue(claim)

    (message,) = messages_of(claim)
    assert (message.state, message.channel, message.recipient_masked) == (
        MessageState.PENDING,
        "sms",
        "138****1234",
    )
    assert message.body == "【保程】王芳：赔案 C1 已有决定。"
    assert sentences(claim) == []


def test_addresses_are_sealed_in_the_database() -> None:
    message = queue(new_claim())

    with connection.cursor() as cursor:
        cursor.execute("SELECT messaging_message::text FROM messaging_message")
        ((row,),) = cursor.fetchall()
    assert "13800001234" not in row
    assert "wangfang@example.com" not in row
    assert get_message(message.id).recipient == "13800001234"


def test_deliver_due_sends_once_and_keeps_the_proof() -> None:
    claim, sms = new_claim(), Recording()
    queued = queue(claim)

    assert deliver(sms=sms) == 1
    assert deliver(sms=sms) == 0

    (outgoing,) = sms.sent
    assert (outgoing.id, outgoing.recipient, outgoing.body) == (
        queued.id,
        "13800001234",
        "【保程】王芳：赔案 C1 已有决定。",
    )
    (message,) = messages_of(claim)
    assert (message.state, message.sent_at) == (MessageState.SENT, NOON)
    text = "理赔决定通知\0【保程】王芳：赔案 C1 已有决定。"
    assert message.proof == [
        {
            "at": NOON.isoformat(),
            "channel": "sms",
            "recipient": "138****1234",
            "outcome": "SENT",
            "body_sha256": hashlib.sha256(text.encode()).hexdigest(),
            "provider": "number-1",
        }
    ]
    assert sentences(claim) == ["“理赔决定通知”已发送至 138****1234"]


def test_deliver_due_waits_for_its_hour() -> None:
    queue(new_claim())

    assert deliver(NOON - timedelta(seconds=1), sms=Recording()) == 0


def test_a_passing_failure_is_tried_again_after_a_while() -> None:
    claim = new_claim()
    sms = Recording(DeliveryFailed("繁忙", is_temporary=True))
    queue(claim)

    deliver(sms=sms)
    assert deliver(NOON + BACK_OFF[0] - timedelta(seconds=1), sms=sms) == 0
    assert deliver(NOON + BACK_OFF[0], sms=sms) == 1

    (message,) = messages_of(claim)
    assert [entry["outcome"] for entry in message.proof] == ["RETRIED", "SENT"]
    assert sentences(claim) == ["“理赔决定通知”已发送至 138****1234"]


def test_a_failure_for_good_turns_to_the_next_channel() -> None:
    claim, email = new_claim(), Recording()
    sms = Recording(DeliveryFailed("号码 13800001234 不存在", is_temporary=False))
    queue(claim)

    assert deliver(sms=sms, email=email) == 1
    assert deliver(sms=sms, email=email) == 1

    assert email.sent[0].recipient == "wangfang@example.com"
    assert sentences(claim) == [
        "“理赔决定通知”未能送出至 138****1234：号码 138****1234 不存在；改用其他渠道",
        "“理赔决定通知”已发送至 w***@example.com",
    ]


def test_retries_that_never_end_turn_to_the_next_channel_too() -> None:
    claim, at = new_claim(), NOON
    sms = Recording(*[DeliveryFailed("繁忙", is_temporary=True)] * 9)
    queue(claim)

    for wait in (*BACK_OFF, timedelta(0)):
        assert deliver(at, sms=sms) == 1
        at += wait

    (message,) = messages_of(claim)
    assert (message.channel, message.attempt_count) == ("email", 0)


def test_a_message_without_another_channel_has_failed() -> None:
    claim = new_claim()
    queue(claim, to={"sms": "13800001234"})

    deliver(sms=Recording(DeliveryFailed("空号", is_temporary=False)))

    (message,) = messages_of(claim)
    assert message.state == MessageState.FAILED
    assert sentences(claim) == ["“理赔决定通知”未能送出至 138****1234：空号"]
    assert deliver(NOON + timedelta(days=9), sms=Recording()) == 0


def test_a_channel_that_is_not_configured_is_passed_over() -> None:
    claim, email = new_claim(), Recording()
    queue(claim)

    deliver(email=email)
    deliver(email=email)

    assert len(email.sent) == 1


def test_somebody_without_an_address_gets_a_failed_message() -> None:
    claim = new_claim()

    message = queue(claim, to={"email": ""})

    assert message.state == MessageState.FAILED
    assert sentences(claim) == ["“理赔决定通知”未能送出：没有可用的联系方式。"]


def test_a_defect_of_an_adapter_does_not_stop_the_others() -> None:
    first, second = new_claim(), new_claim()
    sms = Recording(KeyError("defect"))
    queue(first)
    queue(second)

    assert deliver(sms=sms) == 2

    assert [messages_of(claim)[0].state for claim in (first, second)] == ["PENDING", "SENT"]
    assert messages_of(first)[0].proof[0]["reason"] == "KeyError"


def test_queue_message_with_the_same_key_queues_once() -> None:
    claim = new_claim()

    first = queue(claim, key="claim:1:decided")
    again = queue(claim, key="claim:1:decided")

    assert first.id == again.id
    assert Message.objects.count() == 1


def test_queue_message_twice_in_one_unit_with_the_same_key_is_a_conflict() -> None:
    def queue_twice() -> None:
        with unit():
            queue(new_claim(), key="same")
            queue(new_claim(), key="same")

    with pytest.raises(Conflict):
        queue_twice()

    assert Message.objects.count() == 0


def test_queue_message_that_lacks_a_value_changes_nothing() -> None:
    with pytest.raises(ValueMissing):
        queue_message(
            stream=new_claim(), template="claim_decided", values={}, to=WANG, by=ZHAO, at=NOON
        )

    assert Message.objects.count() == 0


def test_queue_message_of_an_unknown_template_is_refused() -> None:
    with pytest.raises(UnknownMessage):
        queue_message(stream=new_claim(), template="x", values={}, to=WANG, by=ZHAO, at=NOON)


def test_a_message_waits_for_the_letter_it_carries() -> None:
    claim, email = new_claim(), Recording()
    with unit():
        letter = prepare_letter(
            stream=claim, template="decision", values={"number": "C1"}, by=ZHAO, at=NOON
        )
        queue(claim, to={"email": "w@example.com"}, attachments=[letter.id])

    assert deliver(email=email) == 0
    render_pending(at=NOON)
    assert deliver(email=email) == 1

    (outgoing,) = email.sent
    assert outgoing.attachments[0][:2] == ("理赔决定通知书.pdf", "application/pdf")
    assert email.attachments[0].startswith(b"%PDF-")


def test_a_message_carries_a_document_handed_in() -> None:
    claim, email = new_claim(), Recording()
    upload = Upload(file=ContentFile(b"%PDF-1.7"), name="a.pdf")
    (taken,) = receive_documents(stream=claim, uploads=[upload], by=ZHAO, at=NOON)
    assert isinstance(taken, Accepted)
    queue(claim, to={"email": "w@example.com"}, attachments=[taken.document.id])

    deliver(email=email)

    assert email.attachments == [b"%PDF-1.7"]


@pytest.mark.usefixtures("versions_read")
def test_deliver_due_costs_the_same_for_one_and_for_many(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for count in (1, 5):
        for _i in range(count):
            queue(new_claim())
        # take: savepoint, rows, lease, release; finish: savepoint, rows, heads, events, update,
        # release
        with django_assert_num_queries(12):
            assert deliver(sms=Recording()) == count


def test_a_worker_that_dies_sends_again_under_the_same_id() -> None:
    claim, sms = new_claim(), Recording()
    queue(claim)

    class Dying(Recording):
        def send(self, message: Outgoing) -> Receipt:
            sms.send(message)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver(sms=Dying())
    assert deliver(NOON + timedelta(minutes=1), sms=sms) == 0
    assert deliver(NOON + timedelta(minutes=5), sms=sms) == 1

    assert len({message.id for message in sms.sent}) == 1
    assert len(sms.sent) == 2
    assert messages_of(claim)[0].state == MessageState.SENT


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_send_every_message_once() -> None:
    for _i in range(20):
        queue(new_claim())
    sms, start = Recording(), threading.Barrier(3)

    def work() -> None:
        start.wait()
        while deliver_due(at=NOON, limit=2, channels=Channels({"sms": sms})):
            pass
        connection.close()

    workers = [threading.Thread(target=work) for _i in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len({message.id for message in sms.sent}) == len(sms.sent) == 20
    assert {one.state for one in list_messages()} == {MessageState.SENT}


def test_confirm_delivery_is_recorded_once() -> None:
    claim = new_claim()
    message = queue(claim)
    deliver(sms=Recording())

    confirm_delivery(message_id=message.id, by=SYSTEM, at=NOON)
    confirm_delivery(message_id=message.id, by=SYSTEM, at=NOON)

    assert get_message(message.id).state == MessageState.DELIVERED
    assert sentences(claim)[1:] == ["“理赔决定通知”已送达 138****1234"]


def test_report_bounce_turns_to_the_next_channel() -> None:
    claim, email = new_claim(), Recording()
    message = queue(claim)
    deliver(sms=Recording())

    report_bounce(message_id=message.id, reason="关机", by=SYSTEM, at=NOON)
    deliver(email=email)

    assert email.sent[0].recipient == "wangfang@example.com"
    assert get_message(message.id).state == MessageState.SENT


def test_resend_message_tries_the_corrected_address() -> None:
    claim, sms = new_claim(), Recording()
    message = queue(claim, to={})

    resend_message(message_id=message.id, to={"sms": "13900005678"}, by=ZHAO, at=NOON)
    deliver(sms=sms)

    assert sms.sent[0].recipient == "13900005678"
    assert sentences(claim)[-1] == "“理赔决定通知”已发送至 139****5678"


def test_resend_message_refuses_what_did_not_fail() -> None:
    message = queue(new_claim())

    with pytest.raises(NotFailed):
        resend_message(message_id=message.id, to=WANG, by=ZHAO, at=NOON)


def test_results_of_what_was_not_sent_are_refused() -> None:
    message = queue(new_claim())

    with pytest.raises(NotSent):
        confirm_delivery(message_id=message.id, by=SYSTEM, at=NOON)
    with pytest.raises(NotFound):
        report_bounce(message_id=new_id(), reason="x", by=SYSTEM, at=NOON)
    assert get_message(message.id).state == MessageState.PENDING


def test_list_messages_pages_from_the_latest() -> None:
    queued = [queue(new_claim()) for _i in range(3)]

    page = list_messages(limit=2)

    assert [one.id for one in page] == [queued[2].id, queued[1].id]
    assert [one.id for one in list_messages(before=page[-1].id)] == [queued[0].id]
    assert list(list_messages(state=MessageState.SENT)) == []


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("13800001234", "138****1234"),
        ("wangfang@example.com", "w***@example.com"),
        ("wf", "**"),
    ],
)
def test_masked_shows_no_address(address: str, shown: str) -> None:
    assert masked(address) == shown


def test_configured_channels_come_from_the_settings(settings: Settings) -> None:
    settings.MESSAGING_CHANNELS = {"sms": ("baocheng.adapters.sms_console.ConsoleSms", {})}
    outgoing = Outgoing(id=new_id(), recipient="13800001234", subject="", body="x")
    channels = configured_channels()

    assert channels["sms"].send(outgoing) == (f"console-{outgoing.id}",)
    with pytest.raises(DeliveryFailed) as refused:
        channels["email"].send(outgoing)
    assert not refused.value.is_temporary
