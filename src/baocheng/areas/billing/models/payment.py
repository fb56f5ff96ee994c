"""What is owed, and the attempts to pay it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from baocheng.areas.billing.enums import PaymentState, Purpose
from baocheng.areas.billing.models.file import PaymentFile
from baocheng.engine.fields import AmountField, CodeField
from baocheng.engine.streams import Stream
from baocheng.kernel.ids import new_id


class Payable(models.Model):
    """An amount owed to somebody (应付款), once for a source."""

    id = models.UUIDField(primary_key=True, default=new_id)
    stream_kind = models.CharField(max_length=40)
    stream_id = models.UUIDField()
    source = models.CharField(max_length=120)
    purpose = CodeField(choices=Purpose)
    payee_id = models.UUIDField()
    amount = AmountField()
    branch = models.CharField(max_length=120)
    owed_at = models.DateTimeField()
    owed_by = models.CharField(max_length=80)

    class Meta:
        db_table = "billing_payable"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["purpose", "source"], name="billing_payable_once"),
            models.CheckConstraint(name="billing_payable_positive", condition=Q(amount__gt=0)),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["stream_id"], name="billing_payable_stream"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.amount}"

    @property
    def stream(self) -> Stream:
        return Stream(self.stream_kind, self.stream_id)


class PaymentInstruction(models.Model):
    """An attempt to pay a payable (支付指令); there is at most one that was not returned."""

    id = models.UUIDField(primary_key=True, default=new_id)
    payable = models.ForeignKey(Payable, models.PROTECT, db_index=False)
    attempt = models.SmallIntegerField(default=1)
    number = models.CharField(max_length=32, unique=True, null=True)
    account_id = models.UUIDField(null=True)
    amount = AmountField()
    branch = models.CharField(max_length=120)
    state = CodeField(choices=PaymentState, default=PaymentState.INSTRUCTED)
    file = models.ForeignKey(PaymentFile, models.PROTECT, null=True)
    instructed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    return_reason = models.CharField(max_length=200, blank=True)
    revision = models.IntegerField(default=0)

    class Meta:
        db_table = "billing_payment_instruction"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["payable", "attempt"], name="billing_payment_attempt"),
            models.UniqueConstraint(
                fields=["payable"],
                condition=~Q(state=PaymentState.RETURNED),
                name="billing_payment_once",
            ),
            models.CheckConstraint(name="billing_payment_positive", condition=Q(amount__gt=0)),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["branch", "id"],
                name="billing_payment_waiting",
                condition=Q(state=PaymentState.INSTRUCTED),
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.amount}"
