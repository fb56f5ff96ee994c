"""Read the outbox."""

from collections.abc import Sequence
from uuid import UUID

from baocheng.engine.messaging.enums import MessageState
from baocheng.engine.messaging.models import Message
from baocheng.engine.streams import Stream
from baocheng.kernel.problems import NotFound


def messages_of(stream: Stream) -> Sequence[Message]:
    """Return the messages of `stream`, latest first."""
    return list(Message.objects.filter(stream_id=stream.id).order_by("-id"))


def list_messages(
    *, before: UUID | None = None, state: MessageState | None = None, limit: int = 50
) -> Sequence[Message]:
    """Return a page of the outbox, latest first; `before` is the last id of the page before."""
    messages = Message.objects.all()
    if state:
        messages = messages.filter(state=state)
    if before:
        messages = messages.filter(id__lt=before)
    return list(messages.order_by("-id")[:limit])


def get_message(message_id: UUID) -> Message:
    """Return one message.

    Raises:
        NotFound
    """
    message = Message.objects.filter(id=message_id).first()
    if message is None:
        raise NotFound("message_id")
    return message
