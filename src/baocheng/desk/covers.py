"""What a policy covered at the moment of a loss, and what changed afterwards, as pairs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from baocheng.areas.claims.enums import CoverStatus
from baocheng.areas.policies.bitemporal import Cover
from baocheng.areas.policies.enums import TransactionKind
from baocheng.areas.products.definition import Product
from baocheng.areas.products.inputs import CoverageTerms
from baocheng.areas.products.queries import get_product
from baocheng.desk.wording import in_language
from baocheng.kernel.time import SHANGHAI
from baocheng.ui.components import Pair
from baocheng.ui.templatetags.ui import yuan

if TYPE_CHECKING:
    from baocheng.areas.claims.models import Claim
    from baocheng.areas.policies.models import PolicyTransaction


def pairs_of(
    claim: "Claim", cover: Cover | None, later: Sequence["PolicyTransaction"]
) -> Sequence[Pair]:
    """Return the cover at the moment of loss as known at the report, later changes marked."""
    state = Pair(label=_("保障"), value=str(CoverStatus(claim.cover_status).label))
    pairs = [state]
    if cover is not None:
        product = get_product(cover.product, version=cover.handbook_version)
        address = f"{reverse('desk:definition', args=['product', product.key])}"
        pairs.append(
            Pair(
                label=_("产品"),
                value=in_language(product.name),
                url=f"{address}?version={cover.handbook_version}",
            )
        )
        pairs.extend(_coverage(product, terms) for terms in cover.covers)
        until = cover.ends_at.astimezone(SHANGHAI)
        since = cover.starts_at.astimezone(SHANGHAI)
        pairs.append(Pair(label=_("保险期间"), value=f"{since:%Y-%m-%d} – {until:%Y-%m-%d}"))
    pairs.extend(_later(one) for one in later)
    return pairs


def _coverage(product: Product, terms: CoverageTerms) -> Pair:
    coverage = product.coverage_by_key.get(terms.coverage)
    if coverage is None:
        return Pair(label=_("责任"), value=terms.coverage)
    amounts = [
        f"{in_language(coverage.terms[name].name)} {yuan(one)}"
        for name, one in terms.amounts.items()
    ]
    return Pair(label=_("责任"), value=in_language(coverage.name), note=" · ".join(amounts))


def _later(change: "PolicyTransaction") -> Pair:
    kind = TransactionKind(change.kind)
    effective = change.starts_at.astimezone(SHANGHAI)
    note = _("{on} 起生效，报案之后才记录，不影响本案").format(on=f"{effective:%Y-%m-%d}")
    value = " ".join(part for part in (str(kind.label), change.reason) if part)
    return Pair(label=_("后来变更"), value=value, note=note, is_later=True)
