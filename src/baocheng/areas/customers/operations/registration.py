"""Register people and organisations, one or a hundred thousand, each of them once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from baocheng.areas.customers.enums import IdentityKind, PartyKind, Sex
from baocheng.areas.customers.events import PartyRegistered
from baocheng.areas.customers.models import Party
from baocheng.areas.customers.models.name_search import plain_name
from baocheng.areas.customers.operations.contact import checked_email, checked_phone
from baocheng.areas.customers.permissions import REGISTER, require
from baocheng.areas.customers.queries import parties_by_identity_index, parties_by_reference
from baocheng.engine.journal.record import record
from baocheng.engine.streams import Actor
from baocheng.engine.unit import Unit, refuse_on, unit
from baocheng.kernel.identifiers import resident_id, uscc
from baocheng.kernel.identifiers.spelling import compact
from baocheng.kernel.problems import Conflict, Problem
from baocheng.kernel.text import _
from baocheng.kernel.time import business_date


class NameRequired(Problem):
    """Nobody is without a name."""

    code = "customers.name_required"
    message = _("请填写姓名或名称，不超过120个字。")


class PassportFormat(Problem):
    """No passport number looks like this."""

    code = "customers.passport_format"
    message = _("护照号码应为5至15位字母或数字，请核对。")


class TwoDocuments(Problem):
    """A person is known by one document."""

    code = "customers.two_documents"
    message = _("身份证和护照请只填写一种。")


class RegisteredUnderOtherName(Conflict):
    """The number is on record with another name; `extra["party_id"]` leads there."""

    code = "customers.registered_under_other_name"
    message = _("该证件号码已登记在另一姓名下，请核对姓名和号码，或打开已有客户。")


class RegisteredMeanwhile(Conflict):
    """Somebody registered the same party at the same moment."""

    code = "customers.registered_meanwhile"
    message = _("该客户刚刚由他人登记，请重试。")


refuse_on("customers_party_identity", RegisteredMeanwhile)
refuse_on("customers_party_reference", RegisteredMeanwhile)


@dataclass(frozen=True, kw_only=True)
class NewPerson:
    """A person to register. A resident ID says birth date, sex and region itself.

    `reference` names the row of the outside source a person comes from.
    """

    name: str
    resident_id: str = ""
    passport: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    born_on: date | None = None
    sex: Sex | None = None
    reference: str | None = None


@dataclass(frozen=True, kw_only=True)
class NewOrganisation:
    """An organisation to register."""

    name: str
    uscc: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    reference: str | None = None


def register_person(*, person: NewPerson, by: Actor, at: datetime) -> Party:
    """Register a person, or return the one on record with the same document or reference.

    What is on record is not changed: that is `change_contact`.

    Raises:
        NameRequired, TwoDocuments, ResidentId…, PassportFormat, PhoneFormat, EmailFormat: see
            there.
        RegisteredUnderOtherName: the document belongs to somebody with another name.
    """
    return _only(register_persons([person], by=by, at=at))


def register_organisation(*, organisation: NewOrganisation, by: Actor, at: datetime) -> Party:
    """Register an organisation, or return the one on record with the same code or reference.

    Raises:
        NameRequired, Uscc…, PhoneFormat, EmailFormat: see there.
        RegisteredUnderOtherName: the code belongs to an organisation with another name.
    """
    return _only(register_organisations([organisation], by=by, at=at))


def register_persons(
    persons: Sequence[NewPerson], *, by: Actor, at: datetime
) -> list[Party | Problem]:
    """Register many people; each place of the answer has the party or why it was refused.

    Refused rows do not stop the others. The statements do not grow with the number of rows.
    """
    require(by, REGISTER)
    return _register([_attempt(_person, person, at) for person in persons], by, at)


def register_organisations(
    organisations: Sequence[NewOrganisation], *, by: Actor, at: datetime
) -> list[Party | Problem]:
    """Register many organisations, as `register_persons` does people."""
    require(by, REGISTER)
    return _register([_attempt(_organisation, each, at) for each in organisations], by, at)


New = TypeVar("New", NewPerson, NewOrganisation)


def _attempt(make: Callable[[New, datetime], Party], new: New, at: datetime) -> Party | Problem:
    try:
        return make(new, at)
    except Problem as problem:
        return problem


def _person(new: NewPerson, at: datetime) -> Party:
    if new.resident_id and new.passport:
        raise TwoDocuments("resident_id", "passport")
    party = _party(PartyKind.PERSON, new, at)
    party.born_on = new.born_on
    party.sex = new.sex or ""
    if new.resident_id:
        read = resident_id.parse(new.resident_id, on=business_date(at))
        party.give_identity(IdentityKind.RESIDENT_ID, read.number)
        party.born_on, party.sex, party.region = read.born_on, Sex(read.sex), read.region
    elif new.passport:
        number = compact(new.passport)
        if not (number.isascii() and number.isalnum() and 5 <= len(number) <= 15):
            raise PassportFormat("passport")
        party.give_identity(IdentityKind.PASSPORT, number)
    return party


def _organisation(new: NewOrganisation, at: datetime) -> Party:
    party = _party(PartyKind.ORGANISATION, new, at)
    if new.uscc:
        party.give_identity(IdentityKind.USCC, uscc.parse(new.uscc))
    return party


def _party(kind: PartyKind, new: NewPerson | NewOrganisation, at: datetime) -> Party:
    name = " ".join(new.name.split())
    if not 0 < len(name) <= 120:
        raise NameRequired("name")
    party = Party(
        kind=kind,
        reference=new.reference,
        email=checked_email(new.email),
        address=new.address.strip(),
        registered_at=at,
    )
    party.give_name(name)
    party.give_phone(checked_phone(new.phone))
    return party


def _register(drafts: Sequence[Party | Problem], by: Actor, at: datetime) -> list[Party | Problem]:
    """Add the drafts that are new; answer the others with the party on record."""
    answers: list[Party | Problem] = []
    with unit() as writing:
        known = _on_record([draft for draft in drafts if isinstance(draft, Party)], writing)
        for draft in drafts:
            if isinstance(draft, Problem):
                answers.append(draft)
                continue
            keys = _keys(draft)
            former = next((known[key] for key in keys if key in known), None)
            if former is None:
                known.update(dict.fromkeys(keys, draft))
                _add(draft, writing, by, at)
                answers.append(draft)
            elif plain_name(former.name) == plain_name(draft.name):
                answers.append(former)
            else:
                fields = ("identity_number", "name")
                party_id = str(former.id)
                answers.append(RegisteredUnderOtherName(*fields, extra={"party_id": party_id}))
    return answers


def _add(party: Party, writing: Unit, by: Actor, at: datetime) -> None:
    writing.add(party)
    registered = PartyRegistered(
        kind=party.kind, identity_kind=party.identity_kind, reference=party.reference
    )
    record(registered, stream=party.stream, by=by, at=at)


def _keys(party: Party) -> list[tuple[str, str]]:
    """Return what makes a party the same as another: its document, its row in the source."""
    keys = (("identity", party.identity_index), ("reference", party.reference))
    return [(name, value) for name, value in keys if value]


def _on_record(drafts: Iterable[Party], writing: Unit) -> dict[tuple[str, str], Party]:
    """Return the parties known by a key of the drafts, those of this unit among them.

    The dictionary is the unit's own: what is registered next is known to the next call.
    """
    known: dict[tuple[str, str], Party] = writing.memo.setdefault("customers.registered", {})
    wanted = {key for draft in drafts for key in _keys(draft)} - known.keys()
    by_index = parties_by_identity_index(value for name, value in wanted if name == "identity")
    by_reference = parties_by_reference(value for name, value in wanted if name == "reference")
    known.update((("identity", index), party) for index, party in by_index.items())
    known.update((("reference", value), party) for value, party in by_reference.items())
    return known


def _only(answers: Sequence[Party | Problem]) -> Party:
    (answer,) = answers
    if isinstance(answer, Problem):
        raise answer
    return answer
