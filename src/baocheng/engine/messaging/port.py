"""What a channel has to be able to do. Adapters implement it for an outside system."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from uuid import UUID


class Attachment(NamedTuple):
    """A document that goes along; `read` fetches its content only where a channel takes it."""

    name: str
    mime: str
    read: Callable[[], bytes]


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One message on its way out. `id` stays the same however often it is tried."""

    id: UUID
    recipient: str
    subject: str
    body: str
    attachments: Sequence[Attachment] = ()


class Receipt(NamedTuple):
    """What the outside system answered: its own number for the message."""

    provider_id: str


class DeliveryFailed(Exception):
    """The outside system did not take the message.

    `is_temporary`: the same may work later; otherwise another channel has to be tried.
    """

    def __init__(self, reason: str, *, is_temporary: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_temporary = is_temporary


class Channel(Protocol):
    """A way to reach a person. It may be called from several threads."""

    def send(self, message: Outgoing) -> Receipt:
        """Hand `message` over.

        Raises:
            DeliveryFailed
        """
        ...
