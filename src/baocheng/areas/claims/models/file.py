"""A claim with everything that deciding it needs, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from baocheng.areas.claims.models.calculation import CalculationRecord
from baocheng.areas.claims.models.claim import Claim
from baocheng.areas.claims.models.line import ClaimLine
from baocheng.areas.policies.bitemporal import Cover
from baocheng.areas.products.definition import Product
from baocheng.engine.streams import Stream
from baocheng.kernel.time import business_date


@dataclass
class ClaimFile:
    """What steps, forms and pages work on.

    `cover` is None while the policy is unverified, or did not cover the moment of loss.
    `handbook_version` is the one that the claim's process runs by, None outside of a process.
    """

    claim: Claim
    lines: Sequence[ClaimLine]
    cover: Cover | None = None
    product: Product | None = None
    calculations: list[CalculationRecord] = field(default_factory=list)
    handbook_version: int | None = None

    @property
    def stream(self) -> Stream:
        return self.claim.stream

    @property
    def loss_on(self) -> date:
        return business_date(self.claim.loss_at)
