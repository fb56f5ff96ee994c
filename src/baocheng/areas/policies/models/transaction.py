"""What was agreed, transaction by transaction."""

from typing import ClassVar

from django.db import models

from baocheng.areas.policies.bitemporal import Layer, Terms
from baocheng.areas.policies.enums import TransactionKind
from baocheng.areas.policies.models.policy import Policy
from baocheng.engine.fields import CodeField
from baocheng.kernel.ids import new_id


class PolicyTransaction(models.Model):
    """A change of a policy (保单批改). A trigger refuses UPDATE and DELETE.

    It takes effect from `starts_at` up to, not including, `ends_at`, and is known since
    `recorded_at`. Where several cover a moment, the one of the highest `sequence` holds.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    policy = models.ForeignKey(Policy, models.PROTECT, db_index=False, related_name="transactions")
    sequence = models.IntegerField()
    kind = CodeField(choices=TransactionKind)
    endorsement = models.CharField(max_length=32, blank=True)  # the number of the 批单
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)
    terms = models.JSONField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "policies_transaction"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["policy", "sequence"], name="policies_transaction_order"
            ),
            models.CheckConstraint(
                name="policies_transaction_effect",
                condition=models.Q(ends_at__gt=models.F("starts_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.sequence}"

    def layer(self) -> Layer:
        """Return what resolving needs of it."""
        kind = TransactionKind(self.kind)
        return Layer(kind, self.starts_at, self.ends_at, Terms.from_json(self.terms))
