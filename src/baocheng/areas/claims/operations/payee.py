"""Who is paid, on which account."""

from datetime import datetime

from baocheng.areas.claims.models.file import ClaimFile
from baocheng.areas.customers.operations.accounts import CompanyAccountFormat, add_bank_account
from baocheng.areas.customers.queries import parties_by_ids
from baocheng.engine.streams import Actor
from baocheng.engine.unit import current
from baocheng.kernel.identifiers.bank_card import BankCardCheckDigit, BankCardFormat
from baocheng.kernel.problems import NotFound

_WRONG_NUMBER = (BankCardFormat, BankCardCheckDigit, CompanyAccountFormat)


def correct_payee(
    file: ClaimFile, *, account_number: str, bank_name: str, by: Actor, at: datetime
) -> None:
    """Note the account that the payee gave instead of the one the bank returned.

    Raises:
        NotFound: the claim has no payee on record.
        BankCardFormat, BankCardCheckDigit, CompanyAccountFormat: the number is none.
    """
    claim = file.claim
    payee = parties_by_ids([claim.payee_id] if claim.payee_id else []).get(claim.payee_id)  # type: ignore[arg-type]
    if payee is None:
        raise NotFound("payee")
    try:
        account = add_bank_account(party=payee, number=account_number, bank=bank_name, by=by, at=at)
    except _WRONG_NUMBER as problem:
        # The form's field has another name than the customer's.
        raise type(problem)("account_number") from problem
    claim.payee_account_id = account.id
    current().change(claim, "payee_account_id")
