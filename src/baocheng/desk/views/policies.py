"""保单: find one, and see it as it stood at one moment, as known at another."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from baocheng.areas.claims import permissions as claim_permissions
from baocheng.areas.claims.queries import claims_of_policy
from baocheng.areas.customers.queries import find_parties
from baocheng.areas.policies import permissions
from baocheng.areas.policies.bitemporal import Cover
from baocheng.areas.policies.enums import TransactionKind
from baocheng.areas.policies.queries import (
    accumulators_of,
    cover_at,
    find_by_insured,
    find_by_plate,
    get_policy_for,
    list_policies_for,
    transactions_of,
)
from baocheng.areas.products.definition import Product
from baocheng.areas.products.queries import get_product
from baocheng.desk import links, lists
from baocheng.desk.door import DeskRequest, staff_only
from baocheng.desk.page import render_page
from baocheng.desk.rows import policies as rows
from baocheng.desk.views.claims import rows_of as claim_rows
from baocheng.desk.wording import in_language
from baocheng.engine.publishing.versions import handbook
from baocheng.kernel.masks import mask_name
from baocheng.kernel.problems import Problem
from baocheng.kernel.time import SHANGHAI, business_date
from baocheng.ui.components import Badge, Field, Notice, Pair, Tone

if TYPE_CHECKING:
    from baocheng.areas.policies.models import Policy, PolicyTransaction

_KIND_TONES = {
    TransactionKind.ISSUE: Tone.ON_TIME,
    TransactionKind.ENDORSE: Tone.SOON,
    TransactionKind.CANCEL: Tone.DONE,
}


class InvalidMoment(Problem):
    """A moment that is none."""

    code = "desk.invalid_moment"
    message = gettext_noop("时间填写有误，例如 2025-09-26 14:30。")


@staff_only(permissions.READ)
def list_policies(request: DeskRequest) -> HttpResponse:
    """Show a page of policies, or those that what was typed may mean."""
    query = request.GET.get("q", "").strip()
    policies = list_policies_for(request.actor)
    if query:
        policies = policies.filter(number__in=_numbers(request, query))
    found, after = lists.page_of(policies, request.GET.get("after", ""))
    page = rows.PoliciesPage(
        query=query,
        rows=rows_of(found, request.at),
        more=lists.more(request, after),
        is_filtered=bool(query),
    )
    return render_page(request, "desk/policies.html", section="policies", page=page)


def _numbers(request: DeskRequest, query: str) -> set[str]:
    """Return the numbers of the policies that may be meant: by number, plate or person."""
    numbers = {query, *(ref.number for ref in find_by_plate(query))}
    if request.actor.may("customers.read_party"):
        for party in find_parties(query, by=request.actor, limit=5):
            numbers.update(ref.number for ref in find_by_insured(party.id))
    return numbers


def rows_of(policies: Sequence["Policy"], at: datetime) -> Sequence[rows.PolicyRow]:
    """Return policies as lists show them."""
    return [
        rows.PolicyRow(
            url=reverse("desk:policy", args=[policy.number]),
            number=policy.number,
            product=in_language(_product(policy).name),
            holder=mask_name(policy.holder_name),
            from_on=business_date(policy.starts_at),
            until_on=business_date(policy.ends_at),
            state=_term_state(policy.starts_at, policy.ends_at, at),
        )
        for policy in policies
    ]


def _product(policy: "Policy") -> Product:
    product: Product = handbook(policy.handbook_version).get("product", policy.product)
    return product


def _term_state(starts_at: datetime, ends_at: datetime, at: datetime) -> Badge:
    if at < starts_at:
        return Badge(label=_("未生效"), tone=Tone.PLAIN)
    if at >= ends_at:
        return Badge(label=_("已满期"), tone=Tone.DONE)
    return Badge(label=_("保险期间内"), tone=Tone.ON_TIME)


@staff_only(permissions.READ)
def show_policy(request: DeskRequest, number: str) -> HttpResponse:
    """Show one policy as effective at a moment, as known at another."""
    policy = get_policy_for(request.actor, number)
    effective = _moment(request, "effective")
    known = _moment(request, "known")
    cover = cover_at(policy.id, effective=effective, known=known)
    transactions = transactions_of(policy.id)
    later = [one for one in transactions if one.recorded_at > known]
    may_see_claims = request.actor.may(claim_permissions.READ)
    may_report = request.actor.may(claim_permissions.REPORT)
    page = rows.PolicyPage(
        number=policy.number,
        product=in_language(_product(policy).name),
        state=Badge(label=_("有保障"), tone=Tone.ON_TIME)
        if cover
        else Badge(label=_("没有保障"), tone=Tone.DONE),
        facts=_facts(request, policy, cover),
        coverages=_coverages(policy, cover, later),
        accumulators=[
            Pair(
                label=" ".join(part for part in (one.name, one.period) if part),
                value=one.used_amount,
            )
            for one in accumulators_of(policy.id)
        ],
        transactions=[_transaction(one, known) for one in transactions],
        claims=claim_rows(claims_of_policy(policy.id)) if may_see_claims else [],
        effective=_moment_field("effective", _("生效时间"), effective),
        known=_moment_field("known", _("当时所知"), known),
        report_url=f"{reverse('desk:report')}?policy={policy.number}" if may_report else "",
        is_present=not request.GET.get("effective") and not request.GET.get("known"),
        notice=None
        if cover
        else Notice(message=_("所看的时刻没有保障：未生效、已满期或已解除。"), tone=Tone.SOON),
    )
    return render_page(request, "desk/policy.html", section="policies", page=page)


def _moment(request: DeskRequest, name: str) -> datetime:
    text = request.GET.get(name, "").strip()
    if not text:
        return request.at
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidMoment(name) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def _moment_field(name: str, label: str, moment: datetime) -> Field:
    value = f"{moment.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"
    return Field(name=name, label=label, kind="datetime", value=value, is_required=True)


def _facts(request: DeskRequest, policy: "Policy", cover: Cover | None) -> Sequence[Pair]:
    since, until = business_date(policy.starts_at), business_date(policy.ends_at)
    facts = [
        Pair(
            label=_("投保人"),
            value=mask_name(policy.holder_name),
            url=links.customer(request.actor, policy.holder_id),
        ),
        Pair(label=_("保险期间"), value=f"{since} – {until}"),
        Pair(label=_("连续投保自"), value=business_date(policy.insured_since)),
    ]
    if cover is not None:
        facts.extend(
            Pair(
                label=_("被保险人"),
                value=mask_name(one.name),
                url=links.customer(request.actor, one.party_id),
                note=one.plate,
            )
            for one in cover.insureds
        )
        facts.append(Pair(label=_("保费"), value=cover.terms.premium_amount))
    return facts


def _coverages(
    policy: "Policy", cover: Cover | None, later: Sequence["PolicyTransaction"]
) -> Sequence[rows.CoverageLine]:
    """Return the coverages of the moment, and those that only became known later."""
    known = list(cover.covers) if cover else []
    names = {one.coverage for one in known}
    added = {
        one.coverage: one
        for change in later
        for one in change.layer().terms.covers
        if one.coverage not in names
    }
    product = get_product(policy.product, version=policy.handbook_version)
    return [
        rows.CoverageLine(
            name=in_language(product.coverage_by_key[one.coverage].name),
            amounts=[
                Pair(
                    label=in_language(product.coverage_by_key[one.coverage].terms[name].name),
                    value=amount,
                )
                for name, amount in one.amounts.items()
            ],
            is_later=one.coverage not in names,
        )
        for one in (*known, *added.values())
    ]


def _transaction(change: "PolicyTransaction", known: datetime) -> rows.TransactionRow:
    kind = TransactionKind(change.kind)
    terms = change.layer().terms
    return rows.TransactionRow(
        sequence=change.sequence,
        kind=Badge(label=str(kind.label), tone=_KIND_TONES[kind]),
        effective_at=change.starts_at,
        recorded_at=change.recorded_at,
        summary=change.reason or change.endorsement,
        premium=terms.premium_amount,
        is_in_view=change.recorded_at <= known,
    )
