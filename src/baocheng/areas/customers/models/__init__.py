"""The rows of customers."""

from baocheng.areas.customers.models.bank_account import BankAccount
from baocheng.areas.customers.models.party import Party

__all__ = ["BankAccount", "Party"]
