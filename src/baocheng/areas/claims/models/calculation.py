"""Calculation sheets as they were made."""

from typing import ClassVar

from django.db import models

from baocheng.engine.fields import AmountField
from baocheng.kernel.ids import new_id


class CalculationRecord(models.Model):
    """A calculation sheet (理算书), kept whole; a later one never replaces it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    claim_id = models.UUIDField()
    sequence = models.SmallIntegerField()
    sheet = models.JSONField()
    claimed_amount = AmountField()
    payable_amount = AmountField()
    calculated_at = models.DateTimeField()
    calculated_by = models.CharField(max_length=80)

    class Meta:
        db_table = "claims_calculation"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["claim_id", "sequence"], name="claims_calculation_order"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.sequence} {self.payable_amount}"
