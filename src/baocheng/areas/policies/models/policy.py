"""The policy, and where to find it by what it insures."""

from typing import ClassVar

from django.db import models

from baocheng.engine.streams import Stream
from baocheng.kernel.ids import new_id


class Policy(models.Model):
    """A policy (保单): what never changes of it. Everything else is in its transactions."""

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(max_length=32, unique=True)
    product = models.CharField(max_length=80)
    handbook_version = models.IntegerField()
    holder_id = models.UUIDField()
    holder_name = models.CharField(max_length=80)
    branch = models.CharField(max_length=120)
    currency = models.CharField(max_length=3, default="CNY")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    insured_since = models.DateTimeField()
    source = models.CharField(max_length=120, null=True)  # the row it was imported from

    class Meta:
        db_table = "policies_policy"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source"], name="policies_policy_source_key"),
            models.CheckConstraint(
                name="policies_policy_term", condition=models.Q(ends_at__gt=models.F("starts_at"))
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["branch", "-id"], name="policies_policy_branch"),
            models.Index(fields=["holder_id"], name="policies_policy_holder"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def stream(self) -> Stream:
        return Stream("policy", self.id)


class InsuredObject(models.Model):
    """A person or vehicle that a policy insures or once insured; only for finding the policy."""

    id = models.UUIDField(primary_key=True, default=new_id)
    policy = models.ForeignKey(Policy, models.PROTECT, db_index=False)
    party_id = models.UUIDField()
    plate = models.CharField(max_length=16, blank=True)

    class Meta:
        db_table = "policies_insured_object"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["policy", "party_id", "plate"], name="policies_insured_object_key"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["party_id"], name="policies_insured_party"),
            models.Index(
                fields=["plate"], name="policies_insured_plate", condition=~models.Q(plate="")
            ),
        ]

    def __str__(self) -> str:
        return self.plate or str(self.party_id)
