"""Search from everywhere: claims, policies, people."""

from collections.abc import Iterator

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from baocheng.areas.claims import permissions as claims
from baocheng.areas.claims.queries import search_claims_for
from baocheng.areas.customers import permissions as customers
from baocheng.areas.customers.queries import find_parties
from baocheng.areas.policies import permissions as policies
from baocheng.areas.policies.queries import find_by_plate, list_policies_for
from baocheng.desk.door import DeskRequest, staff_only
from baocheng.desk.page import render_page, shell
from baocheng.desk.rows.shell import Hit, HitGroup, SearchPage
from baocheng.desk.views.case import state_of
from baocheng.desk.wording import in_language
from baocheng.kernel.masks import mask_name

_HITS = 6


@staff_only()
def search(request: DeskRequest) -> HttpResponse:
    """Find what was typed, as a part for the palette or as a page."""
    query = request.GET.get("q", "").strip()
    groups = [group for group in _groups(request, query) if group.hits] if query else []
    page = SearchPage(query=query, groups=groups)
    if request.htmx:
        context = {"page": page, "shell": shell(request, "")}
        return render(request, "desk/search_results.html", context)
    return render_page(request, "desk/search.html", section="", page=page)


def _groups(request: DeskRequest, query: str) -> Iterator[HitGroup]:
    actor = request.actor
    if actor.may(claims.READ):
        found = search_claims_for(actor, query, limit=_HITS)
        yield HitGroup(
            label=_("赔案"),
            hits=[
                Hit(
                    label=claim.number or "",
                    url=reverse("desk:case", args=[claim.number]),
                    icon="folder-open",
                    note=" · ".join(
                        (
                            in_language(claim.product_name),
                            mask_name(claim.insured_name),
                            state_of(claim).label,
                        )
                    ),
                )
                for claim in found
            ],
        )
    if actor.may(policies.READ):
        yield HitGroup(label=_("保单"), hits=_policies(request, query))
    if actor.may(customers.READ):
        yield HitGroup(
            label=_("客户"),
            hits=[
                Hit(
                    label=party.masked_name,
                    url=reverse("desk:customer", args=[party.id]),
                    icon="user",
                    note=" · ".join(
                        part for part in (party.masked_phone, party.masked_identity_number) if part
                    ),
                )
                for party in find_parties(query, by=actor, limit=_HITS)
            ],
        )


def _policies(request: DeskRequest, query: str) -> list[Hit]:
    numbers = {ref.number for ref in find_by_plate(query)} | {query}
    found = list_policies_for(request.actor).filter(number__in=numbers)[:_HITS]
    return [
        Hit(
            label=policy.number,
            url=reverse("desk:policy", args=[policy.number]),
            icon="shield",
            note=mask_name(policy.holder_name),
        )
        for policy in found
    ]
