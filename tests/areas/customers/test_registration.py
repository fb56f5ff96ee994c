from datetime import date, datetime

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from baocheng.areas.customers.enums import IdentityKind, PartyKind, Sex
from baocheng.areas.customers.models import Party
from baocheng.areas.customers.operations import (
    NewOrganisation,
    NewPerson,
    register_organisation,
    register_person,
    register_persons,
)
from baocheng.areas.customers.operations.contact import EmailFormat
from baocheng.areas.customers.operations.registration import (
    NameRequired,
    PassportFormat,
    RegisteredUnderOtherName,
    TwoDocuments,
)
from baocheng.areas.customers.permissions import REGISTER
from baocheng.engine.journal.models import EventRow
from baocheng.engine.journal.queries import events_of, sentence
from baocheng.engine.streams import Actor
from baocheng.engine.unit import unit
from baocheng.kernel.identifiers.phone import PhoneFormat
from baocheng.kernel.identifiers.resident_id import (
    ResidentIdCheckDigit,
    check_digit,
)
from baocheng.kernel.problems import NotPermitted, Problem
from baocheng.kernel.time import SHANGHAI

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=SHANGHAI)
CLERK = Actor(id="staff:clerk", name="赵敏", branch="1", permissions=frozenset({REGISTER}))
WANG_FANG = NewPerson(name="王芳", resident_id="11010519491231002X", phone="138 1234 5678")


def numbered(number: int) -> str:
    body = f"31010119900101{number:03d}"
    return body + check_digit(body)


def test_register_person_reads_the_resident_id() -> None:
    party = register_person(person=WANG_FANG, by=CLERK, at=NOON)

    stored = Party.objects.get()
    assert stored == party
    assert (stored.kind, stored.name) == (PartyKind.PERSON, "王芳")
    assert (stored.identity_kind, stored.identity_number) == (
        IdentityKind.RESIDENT_ID,
        "11010519491231002X",
    )
    assert (stored.born_on, stored.sex) == (date(1949, 12, 31), Sex.FEMALE)
    assert (stored.region, stored.phone) == ("北京市朝阳区", "13812345678")
    assert stored.age_on(date(2025, 12, 30)) == 75
    assert stored.age_on(date(2025, 12, 31)) == 76
    assert [sentence(row) for row in events_of(party.stream)] == ["赵敏 登记客户"]


def test_personal_data_is_sealed_in_the_database_and_absent_from_the_journal() -> None:
    register_person(person=WANG_FANG, by=CLERK, at=NOON)

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(p)::text FROM customers_party p")
        (row,) = cursor.fetchone()
    payload = str(EventRow.objects.get().payload)
    for secret in "11010519491231002X", "13812345678":
        assert secret not in row
        assert secret not in payload
    assert "王芳" not in payload


def test_pages_see_masks() -> None:
    party = register_person(
        person=NewPerson(
            name="王芳",
            resident_id="11010519491231002X",
            phone="13812345678",
            email="wangfang@example.cn",
            address="上海市黄浦区人民大道1号",
        ),
        by=CLERK,
        at=NOON,
    )

    assert str(party) == party.masked_name == "王*"
    assert party.masked_identity_number == "110***********002X"
    assert party.masked_phone == "138****5678"
    assert party.masked_email == "w***@example.cn"
    assert party.masked_address == "上海市黄浦区***"


def test_the_same_document_is_the_same_party() -> None:
    first = register_person(person=WANG_FANG, by=CLERK, at=NOON)
    second = register_person(
        person=NewPerson(name=" 王芳 ", resident_id="11010519491231002x"), by=CLERK, at=NOON
    )

    assert second == first
    assert Party.objects.get().phone == "13812345678"
    assert len(events_of(first.stream)) == 1


def test_the_same_document_under_another_name_is_refused_with_the_way_to_the_party() -> None:
    party = register_person(person=WANG_FANG, by=CLERK, at=NOON)

    with pytest.raises(RegisteredUnderOtherName) as refused:
        register_person(
            person=NewPerson(name="李强", resident_id="11010519491231002X"), by=CLERK, at=NOON
        )

    assert refused.value.extra == {"party_id": str(party.id)}
    assert "1101" not in str(refused.value)
    assert Party.objects.count() == 1


def test_register_organisation_checks_and_shows_its_code() -> None:
    new = NewOrganisation(name="保程示范有限公司", uscc="91110000600037341l", phone="010-12345678")

    with pytest.raises(PhoneFormat):
        register_organisation(organisation=new, by=CLERK, at=NOON)
    party = register_organisation(
        organisation=NewOrganisation(name="保程示范有限公司", uscc="91110000600037341l"),
        by=CLERK,
        at=NOON,
    )

    assert (party.kind, party.identity_kind) == (PartyKind.ORGANISATION, IdentityKind.USCC)
    assert str(party) == "保程示范有限公司"
    assert party.masked_identity_number == "91110000600037341L"


@pytest.mark.parametrize(
    ("person", "problem", "fields"),
    [
        (NewPerson(name=" "), NameRequired, ("name",)),
        (
            NewPerson(name="王芳", resident_id="110105194912310021"),
            ResidentIdCheckDigit,
            ("resident_id",),
        ),
        (NewPerson(name="王芳", phone="12345"), PhoneFormat, ("phone",)),
        (NewPerson(name="王芳", email="wangfang"), EmailFormat, ("email",)),
        (NewPerson(name="Ann", passport="E1"), PassportFormat, ("passport",)),
        (
            NewPerson(name="王芳", passport="E12345678", resident_id="11010519491231002X"),
            TwoDocuments,
            ("resident_id", "passport"),
        ),
    ],
)
def test_register_person_refuses_wrong_entries_and_keeps_nothing(
    person: NewPerson, problem: type[Problem], fields: tuple[str, ...]
) -> None:
    with pytest.raises(problem) as refused:
        register_person(person=person, by=CLERK, at=NOON)

    assert refused.value.fields == fields
    assert not Party.objects.exists()
    assert not EventRow.objects.exists()


def test_register_person_needs_the_permission() -> None:
    with pytest.raises(NotPermitted):
        register_person(person=WANG_FANG, by=Actor(id="staff:x"), at=NOON)


def test_foreigner_is_known_by_the_passport() -> None:
    person = NewPerson(
        name="Ann Lee", passport="e 1234 5678", born_on=date(1980, 5, 6), sex=Sex.FEMALE
    )

    party = register_person(person=person, by=CLERK, at=NOON)

    assert (party.identity_kind, party.identity_number) == (IdentityKind.PASSPORT, "E12345678")
    assert (party.born_on, party.sex) == (date(1980, 5, 6), Sex.FEMALE)


def test_register_persons_answers_each_row_and_registers_the_good_ones() -> None:
    rows = [
        NewPerson(name="张一", resident_id=numbered(1)),
        NewPerson(name="张二", resident_id="110105194912310021"),
        NewPerson(name="张一", resident_id=numbered(1)),
        NewPerson(name="李一", resident_id=numbered(1)),
    ]

    first, second, third, fourth = register_persons(rows, by=CLERK, at=NOON)

    assert Party.objects.get() == first == third
    assert isinstance(second, ResidentIdCheckDigit)
    assert isinstance(fourth, RegisteredUnderOtherName)


def test_register_persons_again_registers_nobody_twice() -> None:
    rows = [NewPerson(name=f"客户{i}", reference=f"pg17:C{i}") for i in range(3)]

    first = register_persons(rows, by=CLERK, at=NOON)
    again = register_persons(rows, by=CLERK, at=NOON)

    assert again == first
    assert Party.objects.count() == 3


@pytest.mark.usefixtures("versions_read")
@pytest.mark.parametrize("count", [1, 50])
def test_register_persons_takes_the_same_statements_for_any_number(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [
        NewPerson(name=f"客户{i}", resident_id=numbered(i), reference=f"r{i}") for i in range(count)
    ]

    # savepoint, known by document, known by reference, parties, events, release
    with django_assert_num_queries(6):
        register_persons(rows, by=CLERK, at=NOON)

    assert Party.objects.count() == count


def test_one_unit_knows_whom_it_registered_before_writing() -> None:
    with unit():
        first = register_person(person=WANG_FANG, by=CLERK, at=NOON)
        second = register_person(person=WANG_FANG, by=CLERK, at=NOON)

    assert first == second == Party.objects.get()
