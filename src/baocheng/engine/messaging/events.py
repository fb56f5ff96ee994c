"""What happens to messages. Addresses appear masked only."""

from dataclasses import dataclass
from uuid import UUID

from baocheng.engine.journal.events import Event, event


@event("messaging.message.sent.v1")
@dataclass(frozen=True, kw_only=True)
class MessageSent(Event):
    """消息已发出。"""

    message_id: UUID
    template: str
    title: str
    channel: str
    recipient: str
    provider_id: str
    body_sha256: str


@event("messaging.message.delivered.v1")
@dataclass(frozen=True, kw_only=True)
class MessageDelivered(Event):
    """消息已送达。"""

    message_id: UUID
    template: str
    title: str
    channel: str
    recipient: str


@event("messaging.message.failed.v1")
@dataclass(frozen=True, kw_only=True)
class MessageFailed(Event):
    """一个渠道未能送出；`next_channel` 为空时全部渠道都已失败。"""

    message_id: UUID
    template: str
    title: str
    channel: str
    recipient: str
    reason: str
    next_channel: str
