"""The rows of a claim."""

from baocheng.areas.claims.models.calculation import CalculationRecord
from baocheng.areas.claims.models.claim import Claim
from baocheng.areas.claims.models.line import ClaimLine

__all__ = ["CalculationRecord", "Claim", "ClaimLine"]
