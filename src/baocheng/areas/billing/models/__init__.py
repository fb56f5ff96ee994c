"""The rows of billing."""

from baocheng.areas.billing.models.file import Acknowledgement, PaymentFile
from baocheng.areas.billing.models.ledger import Entry, Posting
from baocheng.areas.billing.models.payment import Payable, PaymentInstruction
from baocheng.areas.billing.models.recovery import Recovery

__all__ = [
    "Acknowledgement",
    "Entry",
    "Payable",
    "PaymentFile",
    "PaymentInstruction",
    "Posting",
    "Recovery",
]
