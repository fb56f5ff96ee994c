"""The bank account."""

from typing import ClassVar

from django.db import models

from baocheng.areas.customers.models.party import Party
from baocheng.engine.fields import EncryptedField, key_ring
from baocheng.kernel.ids import new_id
from baocheng.kernel.masks import mask_bank_card


class BankAccount(models.Model):
    """An account (银行账户) that money of a party goes to; it is never changed, only added."""

    id = models.UUIDField(primary_key=True, default=new_id)
    party = models.ForeignKey(Party, models.PROTECT, related_name="bank_accounts")
    bank = models.CharField(max_length=80, blank=True)
    number = EncryptedField()
    number_index = models.CharField(max_length=32)
    added_at = models.DateTimeField()

    class Meta:
        db_table = "customers_bank_account"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="customers_bank_account_once", fields=["party", "number_index"]
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The same account for two parties is worth a question.
            models.Index(fields=["number_index"], name="customers_bank_account_number"),
        ]

    def __str__(self) -> str:
        return self.masked_number

    @property
    def masked_number(self) -> str:
        return mask_bank_card(self.number)


def account_index(number: str) -> str:
    """Return the blind index of an account number."""
    return key_ring().blind_index(number, context="customers.bank_account")
