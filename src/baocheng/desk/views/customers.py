"""客户: find one, masked; see a protected field for a reason."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from baocheng.areas.claims import permissions as claim_permissions
from baocheng.areas.claims.queries import list_claims_for
from baocheng.areas.customers import permissions
from baocheng.areas.customers.enums import IdentityKind, PartyKind, ProtectedField, Sex
from baocheng.areas.customers.operations.revealing import reveal_bank_account, reveal_field
from baocheng.areas.customers.queries import accounts_of_parties, find_parties, get_party_for
from baocheng.areas.policies import permissions as policy_permissions
from baocheng.areas.policies.queries import find_by_insured, list_policies_for
from baocheng.desk import dialogs
from baocheng.desk.door import DeskRequest, staff_only
from baocheng.desk.page import render_page
from baocheng.desk.rows import customers as rows
from baocheng.desk.rows.policies import PolicyRow
from baocheng.desk.rows.work import ClaimRow
from baocheng.desk.views.claims import rows_of as claim_rows
from baocheng.desk.views.policies import rows_of as policy_rows
from baocheng.engine.journal.queries import events_of, sentence
from baocheng.kernel.problems import NotFound
from baocheng.kernel.time import business_date
from baocheng.ui.components import Badge, Entry, Field, Pair, Tone

if TYPE_CHECKING:
    from baocheng.areas.customers.models import BankAccount, Party

_LISTED_MAX = 20


@staff_only(permissions.READ)
def find_customers(request: DeskRequest) -> HttpResponse:
    """Find customers by name, phone or identity number."""
    query = request.GET.get("q", "").strip()
    found = find_parties(query, by=request.actor) if query else []
    page = rows.CustomersPage(
        query=query,
        rows=[
            rows.CustomerRow(
                url=reverse("desk:customer", args=[party.id]),
                name=party.masked_name,
                kind=str(PartyKind(party.kind).label),
                phone=party.masked_phone,
                identity=party.masked_identity_number,
            )
            for party in found
        ],
    )
    return render_page(request, "desk/customers.html", section="customers", page=page)


@staff_only(permissions.READ)
def show_customer(request: DeskRequest, party_id: UUID) -> HttpResponse:
    """Show one customer with their policies and claims."""
    party = get_party_for(request.actor, party_id)
    is_known = party.identity_kind != IdentityKind.NONE
    page = rows.CustomerPage(
        name=party.masked_name,
        kind=Badge(label=str(PartyKind(party.kind).label)),
        identity_state=Badge(
            label=str(IdentityKind(party.identity_kind).label),
            tone=Tone.ON_TIME if is_known else Tone.SOON,
        ),
        facts=_facts(party, request),
        sensitive=_sensitive(request, party, accounts_of_parties([party.id])),
        policies=_policies(request, party),
        claims=_claims(request, party),
        events=[
            Entry(at=row.business_at, sentence=sentence(row), icon="circle-dot")
            for row in reversed(events_of(party.stream))
        ][:_LISTED_MAX],
    )
    return render_page(request, "desk/customer.html", section="customers", page=page)


def _facts(party: "Party", request: DeskRequest) -> Sequence[Pair]:
    age = party.age_on(business_date(request.at))
    facts = [
        Pair(label=_("性别"), value=str(Sex(party.sex).label) if party.sex else None),
        Pair(label=_("年龄"), value=_("{n} 岁").format(n=age) if age is not None else None),
        Pair(label=_("地区"), value=party.region),
        Pair(label=_("登记"), value=party.registered_at),
    ]
    return [pair for pair in facts if pair.value]


def _policies(request: DeskRequest, party: "Party") -> Sequence[PolicyRow]:
    if not request.actor.may(policy_permissions.READ):
        return []
    numbers = [ref.number for ref in find_by_insured(party.id)][:_LISTED_MAX]
    found = list_policies_for(request.actor).filter(number__in=numbers)
    return policy_rows(list(found), request.at)


def _claims(request: DeskRequest, party: "Party") -> Sequence[ClaimRow]:
    if not request.actor.may(claim_permissions.READ):
        return []
    found = list_claims_for(request.actor).filter(insured_id=party.id)
    return claim_rows(list(found[:_LISTED_MAX]))


def _masked(party: "Party") -> dict[str, tuple[str, str]]:
    """Return the protected fields that a party has: label and masked value by address name."""
    values = {
        ProtectedField.IDENTITY_NUMBER: party.masked_identity_number,
        ProtectedField.PHONE: party.masked_phone,
        ProtectedField.EMAIL: party.masked_email,
        ProtectedField.ADDRESS: party.masked_address,
    }
    return {field.value: (str(field.label), masked) for field, masked in values.items() if masked}


def _sensitive(
    request: DeskRequest, party: "Party", accounts: Sequence["BankAccount"]
) -> Sequence[rows.Sensitive]:
    shown = [
        _row(request, party, name, label, masked)
        for name, (label, masked) in _masked(party).items()
    ]
    label = str(ProtectedField.BANK_ACCOUNT.label)
    return [
        *shown,
        *(
            _row(request, party, str(one.id), label, f"{one.bank} {one.masked_number}")
            for one in accounts
        ),
    ]


def _row(
    request: DeskRequest,
    party: "Party",
    name: str,
    label: str,
    value: str,
    *,
    is_revealed: bool = False,
) -> rows.Sensitive:
    may_reveal = request.actor.may(permissions.REVEAL)
    return rows.Sensitive(
        name=name,
        label=label,
        shown=value,
        reveal_url=reverse("desk:reveal", args=[party.id, name]) if may_reveal else "",
        hide_url=reverse("desk:mask", args=[party.id, name]),
        is_revealed=is_revealed,
    )


@staff_only(permissions.REVEAL)
def reveal(request: DeskRequest, party_id: UUID, field: str) -> HttpResponse:
    """Ask why a protected field is to be seen, and show it for a minute."""
    party = get_party_for(request.actor, party_id)
    account = _find_account(party, field)
    label = _label(party, field, account)

    def act() -> HttpResponse:
        reason = request.POST.get("reason", "")
        if account is not None:
            value = reveal_bank_account(
                account=account, reason=reason, by=request.actor, at=request.at
            )
            value = f"{account.bank} {value}"
        else:
            value = reveal_field(
                party=party, field=field, reason=reason, by=request.actor, at=request.at
            )
        row = _row(request, party, field, label, value, is_revealed=True)
        response = render(request, "desk/sensitive.html", {"one": row})
        response["HX-Retarget"] = f"#sensitive-{field}"
        response["HX-Reswap"] = "outerHTML"
        response["HX-Trigger"] = "close-dialog"
        response["Cache-Control"] = "no-store"
        return response

    question = Field(
        name="reason",
        label=_("理由"),
        kind="textarea",
        value=request.POST.get("reason", ""),
        is_required=True,
        help=_("例如：与客户核对收款账户"),
    )
    return dialogs.ask(
        request,
        title=_("查看原文：{label}").format(label=label),
        explanation=_("查看会记入日志：是谁、何时、为何查看。"),
        fields=[question],
        submit=_("查看并留痕"),
        act=act,
    )


@staff_only(permissions.READ)
def mask(request: DeskRequest, party_id: UUID, field: str) -> HttpResponse:
    """Give the masked field back."""
    party = get_party_for(request.actor, party_id)
    account = _find_account(party, field)
    label = _label(party, field, account)
    value = f"{account.bank} {account.masked_number}" if account else _masked(party)[field][1]
    row = _row(request, party, field, label, value)
    return render(request, "desk/sensitive.html", {"one": row})


def _find_account(party: "Party", field: str) -> "BankAccount | None":
    accounts = accounts_of_parties([party.id])
    return next((one for one in accounts if str(one.id) == field), None)


def _label(party: "Party", field: str, account: "BankAccount | None") -> str:
    if account is not None:
        return str(ProtectedField.BANK_ACCOUNT.label)
    known = _masked(party)
    if field not in known:
        raise NotFound("field")
    return known[field][0]
