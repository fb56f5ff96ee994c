from collections.abc import Sequence
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baocheng.areas.customers.models import Party
from baocheng.areas.customers.models.name_search import name_document, name_query
from baocheng.areas.customers.operations import (
    NewOrganisation,
    NewPerson,
    register_organisation,
    register_persons,
)
from baocheng.areas.customers.permissions import READ, REGISTER
from baocheng.areas.customers.queries import (
    find_parties,
    find_party_by_identity,
    get_party_for,
    parties_by_ids,
)
from baocheng.engine.streams import Actor
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import NotFound, NotPermitted
from baocheng.kernel.time import SHANGHAI

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=SHANGHAI)
CLERK = Actor(id="staff:clerk", branch="1", permissions=frozenset({READ, REGISTER}))


@pytest.fixture
def parties(db: None) -> Sequence[Party]:
    """Three people and a company."""
    people = register_persons(
        [
            NewPerson(name="王小明", resident_id="11010519491231002X", phone="13812345678"),
            NewPerson(name="王明小王", phone="13900005678"),
            NewPerson(name="Ann O'Neil", passport="E12345678"),
        ],
        by=CLERK,
        at=NOON,
    )
    company = register_organisation(
        organisation=NewOrganisation(name="上海小明贸易有限公司", uscc="91110000600037341L"),
        by=CLERK,
        at=NOON,
    )
    return [*(person for person in people if isinstance(person, Party)), company]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("小明", ["上海小明贸易有限公司", "王小明"]),
        ("王", ["王明小王", "王小明"]),
        ("小王小", []),
        ("o'neil", ["Ann O'Neil"]),
        ("\uff21\uff2e\uff2e", ["Ann O'Neil"]),
        ("5678", ["王明小王", "王小明"]),
        ("138-1234-5678", ["王小明"]),
        ("11010519491231002x", ["王小明"]),
        ("e12345678", ["Ann O'Neil"]),
        ("91110000600037341L", ["上海小明贸易有限公司"]),
        ("13812345679", []),
        ("", []),
        ("\\", []),
    ],
)
def test_find_parties_by_name_number_or_phone(
    parties: Sequence[Party], text: str, names: list[str]
) -> None:
    assert [party.name for party in find_parties(text, by=CLERK)] == names


def test_find_parties_stops_at_the_limit(parties: Sequence[Party]) -> None:
    assert [party.name for party in find_parties("王", by=CLERK, limit=1)] == ["王明小王"]


def test_find_parties_needs_the_permission(parties: Sequence[Party]) -> None:
    with pytest.raises(NotPermitted):
        find_parties("王", by=Actor(id="staff:x"))


def test_find_party_by_identity_takes_any_spelling(parties: Sequence[Party]) -> None:
    assert find_party_by_identity("110105 1949 1231 002x") == parties[0]
    assert find_party_by_identity("110105194912310029") is None


def test_parties_by_ids_leaves_out_the_unknown(parties: Sequence[Party]) -> None:
    wanted = parties[0].id

    assert parties_by_ids([wanted, new_id()]) == {wanted: parties[0]}


def test_get_party_is_permitted_and_exact(parties: Sequence[Party]) -> None:
    assert get_party_for(CLERK, parties[0].id) == parties[0]
    with pytest.raises(NotFound):
        get_party_for(CLERK, new_id())
    with pytest.raises(NotPermitted):
        get_party_for(Actor(id="staff:x"), parties[0].id)


@given(st.text(max_size=20), st.data())
def test_every_part_of_a_name_asks_only_for_what_its_document_has(
    name: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(name)))
    part = name[start : data.draw(st.integers(start, len(name)))]
    lexemes = set(name_document(name).split("' '"))

    asked = [lexeme for lexeme in name_query(part).split(" & ") if lexeme]

    if part in name and len(part) == len(part.casefold()):
        assert {lexeme.strip("'") for lexeme in asked} <= {lexeme.strip("'") for lexeme in lexemes}
