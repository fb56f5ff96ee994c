"""What can be done with customers."""

from baocheng.areas.customers.operations.accounts import (
    NewAccount,
    add_bank_account,
    add_bank_accounts,
)
from baocheng.areas.customers.operations.contact import change_contact
from baocheng.areas.customers.operations.registration import (
    NewOrganisation,
    NewPerson,
    register_organisation,
    register_organisations,
    register_person,
    register_persons,
)
from baocheng.areas.customers.operations.revealing import reveal_bank_account, reveal_field

__all__ = [
    "NewAccount",
    "NewOrganisation",
    "NewPerson",
    "add_bank_account",
    "add_bank_accounts",
    "change_contact",
    "register_organisation",
    "register_organisations",
    "register_person",
    "register_persons",
    "reveal_bank_account",
    "reveal_field",
]
