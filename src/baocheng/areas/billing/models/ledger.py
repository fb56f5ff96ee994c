"""The ledger."""

from typing import ClassVar

from django.db import models

from baocheng.areas.billing.enums import Account, PostingKind
from baocheng.engine.fields import AmountField, CodeField
from baocheng.kernel.ids import new_id


class Posting(models.Model):
    """A balanced set of entries (记账凭证); never changed, only followed by its reversal."""

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = CodeField(choices=PostingKind)
    stream_kind = models.CharField(max_length=40)
    stream_id = models.UUIDField()
    source_id = models.UUIDField()  # the payable, instruction or recovery that it books
    branch = models.CharField(max_length=120)
    posted_at = models.DateTimeField()

    class Meta:
        db_table = "billing_posting"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["stream_id"], name="billing_posting_stream"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.posted_at:%Y-%m-%d}"


class Entry(models.Model):
    """One side of a posting (分录). Triggers refuse changes, and postings out of balance."""

    id = models.UUIDField(primary_key=True, default=new_id)
    posting = models.ForeignKey(Posting, models.PROTECT)
    account = CodeField(choices=Account)
    debit_amount = AmountField(default=0)
    credit_amount = AmountField(default=0)

    class Meta:
        db_table = "billing_entry"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="billing_entry_one_side",
                condition=models.Q(debit_amount__gt=0, credit_amount=0)
                | models.Q(debit_amount=0, credit_amount__gt=0),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account"], name="billing_entry_account"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.debit_amount}/{self.credit_amount}"
