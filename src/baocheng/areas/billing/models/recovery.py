"""Money that comes back."""

from typing import ClassVar

from django.db import models

from baocheng.engine.fields import AmountField
from baocheng.kernel.ids import new_id


class Recovery(models.Model):
    """An amount received from somebody liable (追偿款), once for a source."""

    id = models.UUIDField(primary_key=True, default=new_id)
    stream_kind = models.CharField(max_length=40)
    stream_id = models.UUIDField()
    source = models.CharField(max_length=120)
    amount = AmountField()
    branch = models.CharField(max_length=120)
    received_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)

    class Meta:
        db_table = "billing_recovery"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source"], name="billing_recovery_once"),
            models.CheckConstraint(
                name="billing_recovery_positive", condition=models.Q(amount__gt=0)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["stream_id"], name="billing_recovery_stream"),
        ]

    def __str__(self) -> str:
        return f"{self.amount}"
