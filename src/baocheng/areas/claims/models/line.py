"""What is claimed."""

from typing import ClassVar

from django.db import models

from baocheng.engine.fields import AmountField, CodeField
from baocheng.kernel.ids import new_id

INVOICE_LENGTH_MAX = 40


class ClaimLine(models.Model):
    """One expense, damage or benefit of a claim.

    `invoice` is the invoice number, normalised; while this line holds it, because the claim may
    pay it or has, no other claim can bring it. `other_paid` says what other payers gave, by payer.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    claim_id = models.UUIDField()
    place = models.SmallIntegerField()
    head = CodeField()
    description = models.CharField(max_length=200, blank=True)
    incurred_on = models.DateField()
    amount = AmountField(null=True)
    days = models.SmallIntegerField(default=0)
    items = models.SmallIntegerField(default=1)
    hospital_level = CodeField(blank=True)
    social_insurance_used = models.BooleanField(default=False)
    other_paid = models.JSONField(default=dict)
    ineligible_amount = AmountField(default=0)
    invoice = models.CharField(max_length=INVOICE_LENGTH_MAX, null=True)
    holds_invoice = models.BooleanField(default=True)
    is_excluded = models.BooleanField(default=False)  # found not covered, so not calculated

    class Meta:
        db_table = "claims_line"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["claim_id", "place"], name="claims_line_place"),
            models.UniqueConstraint(
                fields=["invoice"],
                condition=models.Q(holds_invoice=True),
                name="claims_line_invoice",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.head} {self.amount}"
