"""Note where money of a party goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from baocheng.areas.customers.enums import PartyKind
from baocheng.areas.customers.events import BankAccountAdded
from baocheng.areas.customers.models import BankAccount, Party
from baocheng.areas.customers.models.bank_account import account_index
from baocheng.areas.customers.permissions import CHANGE, require
from baocheng.areas.customers.queries import accounts_of_parties
from baocheng.engine.journal.record import record
from baocheng.engine.streams import Actor
from baocheng.engine.unit import refuse_on, unit
from baocheng.kernel.identifiers import bank_card
from baocheng.kernel.identifiers.spelling import compact
from baocheng.kernel.problems import Conflict, Problem
from baocheng.kernel.text import _


class CompanyAccountFormat(Problem):
    """Accounts of organisations have 8 to 32 digits and no common check digit."""

    code = "customers.company_account_format"
    message = _("单位银行账号应为8至32位数字，请核对。")


refuse_on("customers_bank_account_once", Conflict)


@dataclass(frozen=True, kw_only=True)
class NewAccount:
    """An account to note for a party."""

    party: Party
    number: str
    bank: str = ""


def add_bank_account(
    *, party: Party, number: str, bank: str = "", by: Actor, at: datetime
) -> BankAccount:
    """Note an account of a party, or return the one on record with the same number.

    Raises:
        BankCardFormat, BankCardCheckDigit, CompanyAccountFormat: see there.
    """
    new = NewAccount(party=party, number=number, bank=bank)
    (answer,) = add_bank_accounts([new], by=by, at=at)
    if isinstance(answer, Problem):
        raise answer
    return answer


def add_bank_accounts(
    accounts: Sequence[NewAccount], *, by: Actor, at: datetime
) -> list[BankAccount | Problem]:
    """Note many accounts; each place of the answer has the account or why it was refused.

    The statements do not grow with the number of accounts.
    """
    require(by, CHANGE)
    answers: list[BankAccount | Problem] = []
    with unit() as writing:
        known: dict[tuple[UUID, str], BankAccount] = writing.memo.setdefault(
            "customers.accounts", {}
        )
        parties = {new.party.id for new in accounts if not writing.is_new(new.party.id)}
        for account in accounts_of_parties(parties):
            known.setdefault((account.party_id, account.number_index), account)
        for new in accounts:
            try:
                number = _checked(new)
            except Problem as problem:
                answers.append(problem)
                continue
            key = (new.party.id, account_index(number))
            if key not in known:
                account = BankAccount(
                    party=new.party,
                    bank=new.bank.strip(),
                    number=number,
                    number_index=key[1],
                    added_at=at,
                )
                known[key] = account
                writing.add(account)
                added = BankAccountAdded(account_id=account.id, bank=account.bank)
                record(added, stream=new.party.stream, by=by, at=at)
            answers.append(known[key])
    return answers


def _checked(new: NewAccount) -> str:
    if new.party.kind == PartyKind.PERSON:
        return bank_card.parse(new.number, field="number")
    number = compact(new.number)
    if not (number.isascii() and number.isdigit() and 8 <= len(number) <= 32):
        raise CompanyAccountFormat("number")
    return number
