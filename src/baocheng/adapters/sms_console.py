"""Text messages without a provider: they are written to the log and count as sent.

The outbox page shows what was written; for demonstrations and tests.
"""

import logging

from baocheng.engine.messaging.port import Outgoing, Receipt
from baocheng.kernel.masks import mask_phone

_log = logging.getLogger(__name__)


class ConsoleSms:
    """A channel that reaches nobody."""

    def send(self, message: Outgoing) -> Receipt:
        """Log `message`, with its recipient masked."""
        _log.info("%s ← %s", mask_phone(message.recipient), message.body)
        return Receipt(f"console-{message.id}")
