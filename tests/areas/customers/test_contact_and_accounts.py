from datetime import datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from baocheng.areas.customers.models import BankAccount, Party
from baocheng.areas.customers.operations import (
    NewAccount,
    NewOrganisation,
    NewPerson,
    add_bank_account,
    add_bank_accounts,
    change_contact,
    register_organisation,
    register_person,
    reveal_bank_account,
    reveal_field,
)
from baocheng.areas.customers.operations.accounts import CompanyAccountFormat
from baocheng.areas.customers.operations.revealing import NotRevealable, RevealReasonRequired
from baocheng.areas.customers.permissions import CHANGE, READ, REGISTER, REVEAL
from baocheng.areas.customers.queries import (
    accounts_of_parties,
    find_parties,
    get_party_for,
    payment_details,
)
from baocheng.engine.journal.queries import events_of, sentence
from baocheng.engine.streams import Actor
from baocheng.engine.unit import unit
from baocheng.kernel.identifiers.bank_card import BankCardCheckDigit
from baocheng.kernel.identifiers.phone import PhoneFormat
from baocheng.kernel.problems import Conflict, NotPermitted
from baocheng.kernel.time import SHANGHAI

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=SHANGHAI)
CLERK = Actor(
    id="staff:clerk",
    name="赵敏",
    branch="1",
    permissions=frozenset({READ, REGISTER, CHANGE, REVEAL}),
)
CARD = "4111 1111 1111 1111"


@pytest.fixture
def wang_fang(db: None) -> Party:
    person = NewPerson(name="王芳", resident_id="11010519491231002X", phone="13812345678")
    return register_person(person=person, by=CLERK, at=NOON)


@pytest.fixture
def company(db: None) -> Party:
    new = NewOrganisation(name="示范医院", uscc="91110000600037341L")
    return register_organisation(organisation=new, by=CLERK, at=NOON)


def test_change_contact_changes_what_is_given_and_names_it(wang_fang: Party) -> None:
    party = get_party_for(CLERK, wang_fang.id)

    change_contact(party=party, phone="139 0000 1111", email="w@example.cn", by=CLERK, at=NOON)

    stored = get_party_for(CLERK, wang_fang.id)
    assert (stored.phone, stored.email, stored.revision) == ("13900001111", "w@example.cn", 1)
    assert find_parties("1111", by=CLERK) == [stored]
    assert find_parties("5678", by=CLERK) == []
    row = events_of(party.stream)[-1]
    assert row.payload == {"fields": ["PHONE", "EMAIL"], "labels": "电话、电子邮箱"}
    assert sentence(row) == "赵敏 变更客户的电话、电子邮箱"


def test_change_contact_to_the_same_records_nothing(wang_fang: Party) -> None:
    change_contact(party=wang_fang, phone="13812345678", by=CLERK, at=NOON)

    assert len(events_of(wang_fang.stream)) == 1


def test_change_contact_removes_a_phone(wang_fang: Party) -> None:
    change_contact(party=wang_fang, phone="", by=CLERK, at=NOON)

    assert get_party_for(CLERK, wang_fang.id).phone == ""
    assert find_parties("13812345678", by=CLERK) == []


def test_change_contact_refused_changes_nothing(wang_fang: Party) -> None:
    with pytest.raises(PhoneFormat):
        change_contact(party=wang_fang, phone="123", by=CLERK, at=NOON)

    assert get_party_for(CLERK, wang_fang.id).phone == "13812345678"
    assert len(events_of(wang_fang.stream)) == 1


def test_change_contact_after_somebody_else_is_a_conflict(wang_fang: Party) -> None:
    mine, theirs = (get_party_for(CLERK, wang_fang.id) for _ in range(2))
    change_contact(party=theirs, phone="13900001111", by=CLERK, at=NOON)

    with pytest.raises(Conflict):
        change_contact(party=mine, phone="13900002222", by=CLERK, at=NOON)

    assert get_party_for(CLERK, wang_fang.id).phone == "13900001111"


def test_bank_account_is_noted_once(wang_fang: Party) -> None:
    first = add_bank_account(party=wang_fang, number=CARD, bank="工商银行", by=CLERK, at=NOON)
    again = add_bank_account(party=wang_fang, number=CARD, by=CLERK, at=NOON)

    assert first == again == BankAccount.objects.get()
    assert str(first) == "************1111"
    assert [sentence(row) for row in events_of(wang_fang.stream)][1:] == [
        "赵敏 登记客户的银行账户（工商银行）"
    ]
    assert payment_details([first.id]) == {first.id: ("王芳", "工商银行", "4111111111111111")}


def test_bank_account_with_a_wrong_digit_is_refused(wang_fang: Party) -> None:
    with pytest.raises(BankCardCheckDigit):
        add_bank_account(party=wang_fang, number="4111111111111112", by=CLERK, at=NOON)

    assert accounts_of_parties([wang_fang.id]) == []


def test_company_account_has_no_check_digit(company: Party) -> None:
    account = add_bank_account(party=company, number="1001 2345 67", by=CLERK, at=NOON)

    assert account.number == "1001234567"
    with pytest.raises(CompanyAccountFormat):
        add_bank_account(party=company, number="12AB5678", by=CLERK, at=NOON)


@pytest.mark.usefixtures("versions_read")
def test_many_accounts_take_the_same_statements_for_any_number(
    wang_fang: Party, company: Party, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    new = [
        NewAccount(party=wang_fang, number=CARD),
        NewAccount(party=wang_fang, number=CARD),
        *(NewAccount(party=company, number=f"{number:010d}") for number in range(30)),
    ]

    # savepoint, accounts on record, heads of streams, accounts, events, release
    with django_assert_num_queries(7):
        answers = add_bank_accounts(new, by=CLERK, at=NOON)

    assert answers[0] == answers[1]
    assert BankAccount.objects.count() == 31


def test_accounts_of_a_party_registered_in_the_same_unit(db: None) -> None:
    with unit():
        party = register_person(person=NewPerson(name="王芳"), by=CLERK, at=NOON)
        account = add_bank_account(party=party, number=CARD, by=CLERK, at=NOON)

    assert accounts_of_parties([party.id]) == [account]


def test_reveal_field_gives_the_value_and_remembers_who_looked(wang_fang: Party) -> None:
    shown = reveal_field(
        party=wang_fang, field="IDENTITY_NUMBER", reason="核对身份", by=CLERK, at=NOON
    )

    assert shown == "11010519491231002X"
    row = events_of(wang_fang.stream)[-1]
    assert sentence(row) == "赵敏 查看客户的证件号码，原因：核对身份"
    assert shown not in str(row.payload)


def test_reveal_bank_account_is_remembered_on_its_party(wang_fang: Party) -> None:
    account = add_bank_account(party=wang_fang, number=CARD, by=CLERK, at=NOON)

    shown = reveal_bank_account(account=account, reason="核对收款账户", by=CLERK, at=NOON)

    assert shown == "4111111111111111"
    assert events_of(wang_fang.stream)[-1].payload == {
        "field": "BANK_ACCOUNT",
        "label": "银行账号",
        "reason": "核对收款账户",
        "account_id": str(account.id),
    }


def test_reveal_without_reason_permission_or_such_a_field_is_refused(wang_fang: Party) -> None:
    def reveal(field: str, reason: str, by: Actor) -> None:
        reveal_field(party=wang_fang, field=field, reason=reason, by=by, at=NOON)

    with pytest.raises(RevealReasonRequired):
        reveal("PHONE", "  ", CLERK)
    with pytest.raises(NotRevealable):
        reveal("name_search", "好奇", CLERK)
    with pytest.raises(NotPermitted):
        reveal("PHONE", "核对", Actor(id="staff:x"))
    assert len(events_of(wang_fang.stream)) == 1
