"""案件: every claim that this person may see, newest first."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from baocheng.areas.claims import permissions
from baocheng.areas.claims.enums import ClaimState
from baocheng.areas.claims.queries import list_claims_for, search_claims_for
from baocheng.desk import lists
from baocheng.desk.door import DeskRequest, staff_only
from baocheng.desk.page import render_page
from baocheng.desk.rows.work import ClaimListPage, ClaimRow
from baocheng.desk.views.case import state_of
from baocheng.desk.wording import in_language
from baocheng.kernel.masks import mask_name
from baocheng.kernel.time import SHANGHAI

if TYPE_CHECKING:
    from baocheng.areas.claims.models import Claim

_ENDED = (ClaimState.CLOSED,)


@staff_only(permissions.READ)
def list_claims(request: DeskRequest) -> HttpResponse:
    """Show a page of the claims, narrowed to what the address says."""
    labels = {"open": _("在办"), "closed": _("已结"), "all": _("全部")}
    shown = lists.chosen(request, labels)
    state = request.GET.get("state", "")
    query = request.GET.get("q", "").strip()
    if query:
        found, after = list(search_claims_for(request.actor, query)), ""
    else:
        claims = list_claims_for(request.actor)
        if shown == "open":
            claims = claims.exclude(state__in=_ENDED)
        elif shown == "closed":
            claims = claims.filter(state__in=_ENDED)
        if state in ClaimState.values:
            claims = claims.filter(state=state)
        found, after = lists.page_of(claims, request.GET.get("after", ""))
    states = {one.value: str(one.label) for one in ClaimState if one is not ClaimState.DRAFT}
    page = ClaimListPage(
        tabs=lists.tabs(request, labels, shown),
        filters=[lists.filter_of(request, "state", _("状态"), states)],
        rows=rows_of(found),
        query=query,
        more=lists.more(request, after),
        is_filtered=bool(query or state or shown != "all"),
        report_url=reverse("desk:report") if request.actor.may(permissions.REPORT) else "",
    )
    return render_page(request, "desk/claims.html", section="claims", page=page)


def rows_of(claims: Sequence["Claim"]) -> Sequence[ClaimRow]:
    """Return claims as lists show them."""
    return [
        ClaimRow(
            url=reverse("desk:case", args=[claim.number]),
            number=claim.number or "",
            product=in_language(claim.product_name),
            customer=mask_name(claim.insured_name or claim.reporter_name),
            state=state_of(claim),
            lost_on=f"{claim.loss_at.astimezone(SHANGHAI):%Y-%m-%d}",
            reported_at=claim.reported_at,
            reported_amount=claim.claimed_amount,
            paid_amount=claim.paid_amount or None,
        )
        for claim in claims
    ]
