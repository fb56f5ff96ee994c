"""The transactional outbox: queued with the change that caused them, delivered afterwards, at
least once, with proof."""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from baocheng.engine.documents.models import Document
from baocheng.engine.documents.queries import content_of
from baocheng.engine.documents.variables import take
from baocheng.engine.journal.record import record
from baocheng.engine.messaging.enums import MessageState
from baocheng.engine.messaging.events import MessageDelivered, MessageFailed, MessageSent
from baocheng.engine.messaging.models import Message
from baocheng.engine.messaging.port import Attachment, DeliveryFailed, Outgoing, Receipt
from baocheng.engine.messaging.registry import Channels, configured_channels
from baocheng.engine.publishing import versions
from baocheng.engine.streams import SYSTEM, Actor, Stream
from baocheng.engine.unit import current, refuse_on, unit
from baocheng.kernel.ids import new_id
from baocheng.kernel.masks import mask_phone
from baocheng.kernel.problems import Conflict, NotFound, Problem
from baocheng.kernel.text import _

_log = logging.getLogger(__name__)

# Waits between the attempts on one channel; after the last one the channel has failed.
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
# A worker that took messages and died is given up on after this long.
_LEASE = timedelta(minutes=5)

refuse_on("messaging_message_key", Conflict)


class UnknownMessage(NotFound):
    """The handbook has no such message."""

    code = "messaging.unknown_message"
    message = _("服务手册中没有消息“{key}”。")


class NotSent(Problem):
    """Only what was sent can arrive or come back."""

    code = "messaging.not_sent"
    message = _("消息“{title}”尚未发出，不能登记送达结果。")
    status = 409


class NotFailed(Problem):
    """Only a message that failed on every channel is sent again."""

    code = "messaging.not_failed"
    message = _("消息“{title}”没有发送失败，不需要重发。")
    status = 409


def queue_message(
    *,
    stream: Stream,
    template: str,
    values: Mapping[str, Any],
    to: Mapping[str, str],
    attachments: Sequence[UUID] = (),
    by: Actor,
    at: datetime,
    version: int | None = None,
    key: str = "",
) -> Message:
    """Queue a message; it leaves after the commit, on the first channel that works.

    Somebody who cannot be reached at all gets a failed message instead of a refusal: what caused
    it must not be held up, and the failure is an event that people see.

    Args:
        to: address by channel ("sms", "email"); the template's channels decide the order.
        attachments: ids of documents or of letters still to be written; the message waits for
            the latter.
        version: handbook version the stream runs on; by default the one in force at `at`.
        key: queueing again with the same key returns the message queued first.

    Raises:
        UnknownMessage, variables.ValueMissing, variables.ValueInvalid
    """
    queued = Message.objects.filter(idempotency_key=key).first() if key else None
    if queued:
        return queued
    handbook = versions.handbook_at(at) if version is None else versions.handbook(version)
    definition = handbook.find("message", template)
    if definition is None:
        raise UnknownMessage("template", key=template)
    assert handbook.version is not None, "messages are written from a published handbook"
    taken = take(definition.title, definition.variables, values)
    subject, body = definition.write(taken)
    id = new_id()
    message = Message(
        id=id,
        stream_kind=stream.kind,
        stream_id=stream.id,
        template=template,
        title=definition.title,
        handbook_version=handbook.version,
        subject=subject,
        body=body,
        attachments=[str(attachment) for attachment in attachments],
        state=MessageState.PENDING,
        queued_at=at,
        queued_by=by.id,
        due_at=at,
        idempotency_key=key or str(id),
    )
    message.route = json.dumps([[name, to[name]] for name in definition.channels if to.get(name)])
    _turn_to_next_channel(message, at)
    with unit() as writing:
        writing.add(message)
        if message.state == MessageState.FAILED:
            unreachable = MessageFailed(
                **_naming(message), reason=_("没有可用的联系方式。"), next_channel=""
            )
            record(unreachable, stream=stream, by=by, at=at)
    return message


def deliver_due(*, at: datetime, limit: int = 50, channels: Channels | None = None) -> int:
    """Send the messages that are due, and return how many were taken in hand.

    Sending happens outside any transaction: should the worker die meanwhile, the message is sent
    once more when its lease ends, under the same id.
    """
    reach = channels or configured_channels()
    taken = _take_due(at, limit)
    attachments = _attachments_of(taken)
    answers = {message.id: _send(message, attachments, reach) for message in taken}
    try:
        _finish(answers, at)
    except Conflict:
        # Somebody wrote to one of the streams meanwhile; that must not cost a second message.
        for id, answer in answers.items():
            _finish_alone(id, answer, at)
    return len(taken)


def confirm_delivery(*, message_id: UUID, by: Actor, at: datetime) -> Message:
    """Note that the outside system reports the message as delivered. Safe to repeat.

    Raises:
        NotFound, NotSent
    """
    with unit() as writing:
        message = _sent(message_id)
        if message.state == MessageState.DELIVERED:
            return message
        message.state = MessageState.DELIVERED
        message.proof = [*message.proof, _proof(message, at, "DELIVERED")]
        writing.change(message, "state", "proof")
        delivered = MessageDelivered(**_naming(message))
        record(delivered, stream=message.stream, by=by, at=at)
    return message


def report_bounce(*, message_id: UUID, reason: str, by: Actor, at: datetime) -> Message:
    """Note that a message came back; the next channel is tried.

    Raises:
        NotFound, NotSent
    """
    with unit():
        message = _sent(message_id)
        _give_up_channel(message, reason, at, by)
    return message


def resend_message(*, message_id: UUID, to: Mapping[str, str], by: Actor, at: datetime) -> Message:
    """Try a message that failed once more, at addresses somebody has corrected.

    Args:
        to: address by channel, in the order to be tried.

    Raises:
        NotFound, NotFailed
    """
    with unit() as writing:
        message = _locked(message_id)
        if message.state != MessageState.FAILED:
            raise NotFailed("message_id", title=message.title)
        message.route = json.dumps([[name, address] for name, address in to.items() if address])
        _turn_to_next_channel(message, at)
        message.queued_by = by.id
        writing.change(message, *_ROUTING, "queued_by")
    return message


_READY = """NOT EXISTS (
    SELECT 1 FROM jsonb_array_elements_text(messaging_message.attachments) AS wanted(id)
    LEFT JOIN documents_document AS there ON there.id = wanted.id::uuid
    WHERE there.id IS NULL
)"""


def _take_due(at: datetime, limit: int) -> list[Message]:
    with unit() as writing:
        due = Message.objects.filter(
            RawSQL(_READY, [], output_field=BooleanField()),  # noqa: S611  (constant text)
            state=MessageState.PENDING,
            due_at__lte=at,
        )
        messages = list(due.select_for_update(skip_locked=True).order_by("due_at", "id")[:limit])
        for message in messages:
            message.due_at = at + _LEASE
            message.attempt_count += 1
            writing.change(message, "due_at", "attempt_count")
    return messages


def _attachments_of(messages: Sequence[Message]) -> Mapping[str, Attachment]:
    ids = {id for message in messages for id in message.attachments}
    documents = Document.objects.filter(id__in=ids).select_related("file") if ids else ()
    return {
        str(document.id): Attachment(document.name, document.file.mime, _reading(document))
        for document in documents
    }


def _reading(document: Document) -> Any:
    def read() -> bytes:
        with content_of(document) as file:
            return bytes(file.read())

    return read


def _send(
    message: Message, attachments: Mapping[str, Attachment], channels: Channels
) -> Receipt | DeliveryFailed:
    outgoing = Outgoing(
        id=message.id,
        recipient=message.recipient,
        subject=message.subject,
        body=message.body,
        attachments=[attachments[id] for id in message.attachments],
    )
    try:
        return channels[message.channel].send(outgoing)
    except DeliveryFailed as failure:
        return failure
    except Exception as error:  # noqa: BLE001
        # A defect of one adapter must not stop the others; it is retried and stays visible.
        _log.exception("channel %s failed on message %s", message.channel, message.id)
        return DeliveryFailed(type(error).__name__, is_temporary=True)


def _finish(answers: Mapping[UUID, Receipt | DeliveryFailed], at: datetime) -> None:
    with unit():
        waiting = Message.objects.select_for_update().filter(
            id__in=answers.keys(), state=MessageState.PENDING
        )
        for message in waiting:
            answer = answers[message.id]
            if isinstance(answer, Receipt):
                _mark_sent(message, answer, at)
            elif answer.is_temporary and message.attempt_count <= len(BACK_OFF):
                _try_later(message, answer.reason, at)
            else:
                _give_up_channel(message, answer.reason, at, SYSTEM)


def _finish_alone(id: UUID, answer: Receipt | DeliveryFailed, at: datetime) -> None:
    for _attempt in range(5):
        try:
            _finish({id: answer}, at)
        except Conflict:
            continue
        return
    _log.error("outcome of message %s was not recorded: it will be sent again", id)


def _mark_sent(message: Message, receipt: Receipt, at: datetime) -> None:
    message.state, message.sent_at = MessageState.SENT, at
    message.proof = [*message.proof, _proof(message, at, "SENT", provider=receipt.provider_id)]
    current().change(message, "state", "sent_at", "proof")
    sent = MessageSent(
        **_naming(message), provider_id=receipt.provider_id, body_sha256=_hash(message)
    )
    record(sent, stream=message.stream, by=SYSTEM, at=at)


def _try_later(message: Message, reason: str, at: datetime) -> None:
    message.due_at = at + BACK_OFF[message.attempt_count - 1]
    message.proof = [*message.proof, _proof(message, at, "RETRIED", reason=reason)]
    current().change(message, "due_at", "proof")


def _give_up_channel(message: Message, reason: str, at: datetime, by: Actor) -> None:
    # What an outside system answers often repeats the address.
    reason = reason.replace(message.recipient, message.recipient_masked)[:300]
    message.proof = [*message.proof, _proof(message, at, "FAILED", reason=reason)]
    naming = _naming(message)
    _turn_to_next_channel(message, at)
    next_channel = message.channel if message.state == MessageState.PENDING else ""
    current().change(message, *_ROUTING, "proof")
    failed = MessageFailed(**naming, reason=reason, next_channel=next_channel)
    record(failed, stream=message.stream, by=by, at=at)


_ROUTING = ("channel", "recipient", "recipient_masked", "route", "state", "attempt_count", "due_at")


def _turn_to_next_channel(message: Message, at: datetime) -> None:
    """Point the message at the next channel of its route; without one it has failed."""
    route = json.loads(message.route)
    if not route:
        message.state = MessageState.FAILED
        return
    (message.channel, message.recipient), *rest = route
    message.recipient_masked = masked(message.recipient)
    message.route = json.dumps(rest)
    message.state, message.attempt_count, message.due_at = MessageState.PENDING, 0, at


def masked(address: str) -> str:
    """Return what pages and events show of an address."""
    name, at_sign, domain = address.partition("@")
    return f"{name[:1]}***@{domain}" if at_sign else mask_phone(address)


def _locked(message_id: UUID) -> Message:
    message = Message.objects.select_for_update().filter(id=message_id).first()
    if message is None:
        raise NotFound("message_id")
    return message


def _sent(message_id: UUID) -> Message:
    message = _locked(message_id)
    if message.state not in (MessageState.SENT, MessageState.DELIVERED):
        raise NotSent("message_id", title=message.title)
    return message


def _naming(message: Message) -> Mapping[str, Any]:
    return {
        "message_id": message.id,
        "template": message.template,
        "title": message.title,
        "channel": message.channel,
        "recipient": message.recipient_masked,
    }


def _proof(message: Message, at: datetime, outcome: str, **more: str) -> dict[str, str]:
    return {
        "at": at.isoformat(),
        "channel": message.channel,
        "recipient": message.recipient_masked,
        "outcome": outcome,
        "body_sha256": _hash(message),
        **more,
    }


def _hash(message: Message) -> str:
    return hashlib.sha256(f"{message.subject}\0{message.body}".encode()).hexdigest()
