"""The claim."""

from typing import ClassVar

from django.db import models

from baocheng.areas.claims.enums import (
    Channel,
    ClaimState,
    CoverStatus,
    Kind,
    Liability,
    LiabilityReason,
    Outcome,
)
from baocheng.engine.fields import AmountField, CodeField, EncryptedField
from baocheng.engine.streams import Stream
from baocheng.kernel.ids import new_id


class Claim(models.Model):
    """A claim (赔案): one loss on one policy, from the report to its closing.

    `known_at` fixes what the insurer knew of the policy: cover is read as of then, so that a
    later endorsement never changes silently what is paid.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(max_length=32, unique=True, null=True)
    kind = CodeField(choices=Kind, default=Kind.CLAIM)
    state = CodeField(choices=ClaimState, default=ClaimState.DRAFT)
    branch = models.CharField(max_length=120)
    channel = CodeField(choices=Channel, default=Channel.PHONE)
    source = models.CharField(max_length=120, null=True)  # where it was imported from

    policy_id = models.UUIDField(null=True)
    policy_number = models.CharField(max_length=32, blank=True)
    product = models.CharField(max_length=80, blank=True)
    product_name = models.CharField(max_length=120, blank=True)
    handbook_version = models.IntegerField(null=True)
    cover_status = CodeField(choices=CoverStatus, default=CoverStatus.UNVERIFIED)
    insured_id = models.UUIDField(null=True)
    insured_name = models.CharField(max_length=80, blank=True)
    payee_id = models.UUIDField(null=True)
    payee_account_id = models.UUIDField(null=True)

    loss_at = models.DateTimeField()
    loss_place = models.CharField(max_length=200, blank=True)
    cause = CodeField(blank=True)
    description = models.TextField(blank=True)
    by_accident = models.BooleanField(default=False)
    fault_ratio = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    disability_grades = models.JSONField(default=list)
    reporter_name = models.CharField(max_length=80)
    reporter_contact = EncryptedField(blank=True)
    reported_at = models.DateTimeField()
    known_at = models.DateTimeField()
    reported_by = models.CharField(max_length=80)

    track = CodeField(blank=True)  # fast lane, ordinary or complex, as triaged
    required_documents = models.JSONField(default=list)  # kinds of document asked for
    received_documents = models.JSONField(default=list)  # kinds of document at hand
    documents_complete = models.BooleanField(default=False)
    supplement_requested_at = models.DateTimeField(null=True)
    supplement_items = models.JSONField(default=list)
    handler = models.CharField(max_length=80, blank=True)

    liability = CodeField(choices=Liability, blank=True)
    liability_reason = CodeField(choices=LiabilityReason, blank=True)
    liability_clause = models.CharField(max_length=80, blank=True)
    liability_facts = models.TextField(blank=True)

    claimed_amount = AmountField(default=0)
    payable_amount = AmountField(default=0)
    # Number of the calculation whose use of deductibles and limits stands, and of the one that
    # was instructed to be paid; 0 for none.
    counted_calculation = models.SmallIntegerField(default=0)
    settled_calculation = models.SmallIntegerField(default=0)
    settled_amount = AmountField(default=0)  # decided and instructed so far, over reopenings
    paid_amount = AmountField(default=0)
    outcome = CodeField(choices=Outcome, blank=True)
    approved_by = models.CharField(max_length=80, blank=True)
    is_approved = models.BooleanField(default=False)
    return_reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reopened_count = models.SmallIntegerField(default=0)
    revision = models.IntegerField(default=0)

    class Meta:
        db_table = "claims_claim"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="claims_claim_numbered_when_reported",
                condition=models.Q(state=ClaimState.DRAFT) | models.Q(number__isnull=False),
            ),
            models.UniqueConstraint(fields=["source"], name="claims_claim_source_key"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["branch", "-id"], name="claims_claim_branch"),
            models.Index(fields=["policy_id", "loss_at"], name="claims_claim_policy"),
            models.Index(fields=["insured_id"], name="claims_claim_insured"),
        ]

    def __str__(self) -> str:
        return self.number or "草稿"

    @property
    def stream(self) -> Stream:
        return Stream("claim", self.id)
