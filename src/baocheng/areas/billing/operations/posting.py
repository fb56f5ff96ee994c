"""Book money in double entry."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from baocheng.areas.billing.enums import Account, PostingKind
from baocheng.areas.billing.models import Entry, Posting
from baocheng.engine.streams import Stream
from baocheng.engine.unit import current

# What each kind of posting debits (借) and credits (贷).
_ACCOUNTS = {
    PostingKind.OWED: (Account.CLAIMS_PAID, Account.CLAIMS_PAYABLE),
    PostingKind.PAID: (Account.CLAIMS_PAYABLE, Account.BANK),
    PostingKind.RETURNED: (Account.BANK, Account.CLAIMS_PAYABLE),
    PostingKind.RECOVERED: (Account.BANK, Account.RECOVERIES),
}


def post(
    kind: PostingKind,
    amount: Decimal,
    *,
    stream: Stream,
    source_id: UUID,
    branch: str,
    at: datetime,
) -> None:
    """Add the balanced posting that books `amount`."""
    debit, credit = _ACCOUNTS[kind]
    posting = Posting(
        kind=kind,
        stream_kind=stream.kind,
        stream_id=stream.id,
        source_id=source_id,
        branch=branch,
        posted_at=at,
    )
    writing = current()
    writing.add(posting)
    writing.add(Entry(posting=posting, account=debit, debit_amount=amount))
    writing.add(Entry(posting=posting, account=credit, credit_amount=amount))
