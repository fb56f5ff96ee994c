"""Running totals of deductibles, limits and days."""

from typing import ClassVar

from django.db import models

from baocheng.areas.policies.models.policy import Policy
from baocheng.engine.fields import AmountField
from baocheng.kernel.ids import new_id


class Accumulator(models.Model):
    """How much is used of one deductible, limit or number of days (累计)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    policy = models.ForeignKey(Policy, models.PROTECT, db_index=False)
    insured = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=80)
    period = models.CharField(max_length=40, blank=True)
    used_amount = AmountField(default=0)

    class Meta:
        db_table = "policies_accumulator"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["policy", "insured", "name", "period"], name="policies_accumulator_key"
            ),
            models.CheckConstraint(
                name="policies_accumulator_not_negative", condition=models.Q(used_amount__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.used_amount}"
