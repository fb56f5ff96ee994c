"""What is known of customers, masked as pages show it unless said otherwise."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db.models.expressions import RawSQL

from baocheng.areas.customers.models import BankAccount, Party
from baocheng.areas.customers.models.name_search import name_query, plain_name
from baocheng.areas.customers.models.party import (
    identity_index,
    phone_index,
    phone_tail_index,
)
from baocheng.areas.customers.permissions import READ, require
from baocheng.engine.streams import Actor
from baocheng.kernel.identifiers.spelling import compact
from baocheng.kernel.problems import NotFound


class PaymentDetails(NamedTuple):
    """Where money goes: for payment files, never for pages."""

    holder: str
    bank: str
    number: str


def get_party_for(actor: Actor, id: UUID) -> Party:
    """Return the party with this id.

    Raises:
        NotPermitted: the actor may not read customers.
        NotFound: there is none.
    """
    require(actor, READ)
    party = Party.objects.filter(pk=id).first()
    if party is None:
        raise NotFound("party")
    return party


def find_party_by_identity(number: str) -> Party | None:
    """Return the party with this resident ID, passport or unified social credit code."""
    return Party.objects.filter(identity_index=identity_index(compact(number))).first()


def find_parties(text: str, *, by: Actor, limit: int = 20) -> Sequence[Party]:
    """Return the parties that somebody may mean by `text`, at most `limit`, newest first.

    A whole identity number, a whole phone number or the last four digits of one, else a part of
    the name.

    Raises:
        NotPermitted: the actor may not read customers.
    """
    require(by, READ)
    number = compact(text)
    found: list[Party] = []
    if number.isascii() and number.isalnum() and any(sign.isdigit() for sign in number):
        found = _find_by_number(number, limit)
    return found or _find_by_name(text, limit)


def parties_by_ids(ids: Iterable[UUID]) -> dict[UUID, Party]:
    """Return the parties with these ids, by id; unknown ids are left out."""
    return {party.id: party for party in Party.objects.filter(id__in=_among(ids, "uuid"))}


def parties_by_identity_index(indexes: Iterable[str]) -> dict[str, Party]:
    """Return the parties with these blind indexes of their documents."""
    rows = Party.objects.filter(identity_index__in=_among(indexes, "text"))
    return {party.identity_index: party for party in rows if party.identity_index}


def parties_by_reference(references: Iterable[str]) -> dict[str, Party]:
    """Return the parties that were imported under these references."""
    rows = Party.objects.filter(reference__in=_among(references, "text"))
    return {party.reference: party for party in rows if party.reference}


def accounts_of_parties(parties: Iterable[UUID]) -> Sequence[BankAccount]:
    """Return the accounts of these parties, the oldest first."""
    rows = BankAccount.objects.select_related("party").filter(party__in=_among(parties, "uuid"))
    return list(rows.order_by("id"))


def payment_details(accounts: Iterable[UUID]) -> dict[UUID, PaymentDetails]:
    """Return where money of these accounts goes, in full, for sending payments."""
    rows = BankAccount.objects.select_related("party").filter(id__in=_among(accounts, "uuid"))
    return {row.id: PaymentDetails(row.party.name, row.bank, row.number) for row in rows}


def _among(values: Iterable[object], type_name: str) -> RawSQL:
    # One array instead of a parameter each: PostgreSQL takes at most 65,535 of those.
    return RawSQL(f"SELECT unnest(%s::{type_name}[])", [list(values)])  # noqa: S611


def _find_by_number(number: str, limit: int) -> list[Party]:
    if len(number) == 4:
        rows = Party.objects.filter(phone_tail_index=phone_tail_index(number))
    elif number.isdigit() and len(number) < 13:
        rows = Party.objects.filter(phone_index=phone_index(number))
    else:
        rows = Party.objects.filter(identity_index=identity_index(number))
    return list(rows.order_by("-id")[:limit])


def _find_by_name(text: str, limit: int) -> list[Party]:
    query = name_query(text)
    if not query:
        return []
    rows = Party.objects.filter(name_search=SearchQuery(query, search_type="raw", config="simple"))
    plain = plain_name(text).replace(" ", "")
    # The pairs of a longer text may stand apart in a name: look once more at what was found.
    candidates = rows.order_by("-id").iterator(chunk_size=max(limit, 20))
    found: list[Party] = []
    for party in candidates:
        if plain in plain_name(party.name).replace(" ", ""):
            found.append(party)
            if len(found) == limit:
                break
    return found
