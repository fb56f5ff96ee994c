"""A claim with everything that deciding it needs, in memory."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from baocheng.areas.claims.models.calculation import CalculationRecord
from baocheng.areas.claims.models.claim import Claim
from baocheng.areas.claims.models.line import ClaimLine
from baocheng.areas.policies.bitemporal import Cover
from baocheng.areas.products.definition import Product
from baocheng.engine.streams import Stream
from baocheng.kernel.time import business_date


class Rest(Protocol):
    """How to read what many files still lack, for all of them at once, when one is asked."""

    def read_lines(self) -> None: ...
    def read_covers(self) -> None: ...
    def read_calculations(self) -> None: ...


class ClaimFile:
    """What steps, forms and pages work on; its parts are read when they are first asked for.

    `cover` is None while the policy is unverified, or did not cover the moment of loss.
    `handbook_version` is the one that the claim's process runs by, None outside of a process.
    """

    def __init__(self, claim: Claim, product: Product | None = None) -> None:
        self.claim = claim
        self.product = product
        self.handbook_version: int | None = None
        self.rest: Rest | None = None
        self.known_lines: Sequence[ClaimLine] | None = None
        self.known_calculations: list[CalculationRecord] | None = None
        self.known_cover: tuple[Cover | None] | None = None

    @property
    def stream(self) -> Stream:
        return self.claim.stream

    @property
    def loss_on(self) -> date:
        return business_date(self.claim.loss_at)

    @property
    def lines(self) -> Sequence[ClaimLine]:
        """What is claimed, in order."""
        if self.known_lines is None and self.rest:
            self.rest.read_lines()
        return self.known_lines or []

    @property
    def calculations(self) -> list[CalculationRecord]:
        """The calculation sheets made so far, in order."""
        if self.known_calculations is None and self.rest:
            self.rest.read_calculations()
        if self.known_calculations is None:
            self.known_calculations = []
        return self.known_calculations

    @property
    def cover(self) -> Cover | None:
        """The cover at the moment of loss, as known when the claim was reported."""
        if self.known_cover is None and self.rest:
            self.rest.read_covers()
        return self.known_cover[0] if self.known_cover else None

    @cover.setter
    def cover(self, cover: Cover | None) -> None:
        self.known_cover = (cover,)
