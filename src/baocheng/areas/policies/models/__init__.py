"""The rows of policies."""

from baocheng.areas.policies.models.accumulator import Accumulator
from baocheng.areas.policies.models.policy import InsuredObject, Policy
from baocheng.areas.policies.models.transaction import PolicyTransaction

__all__ = ["Accumulator", "InsuredObject", "Policy", "PolicyTransaction"]
