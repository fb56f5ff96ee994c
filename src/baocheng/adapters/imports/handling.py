"""Report imported claims and carry them to their end, in sets, with the work of two people."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from baocheng.adapters.imports.port import Crew
from baocheng.areas.billing.operations.payments import confirm_payments
from baocheng.areas.billing.queries import paid_amounts, payments_of, recovered_amounts
from baocheng.areas.claims.enums import ClaimState
from baocheng.areas.claims.operations.reporting import LossReport, report_claims
from baocheng.areas.claims.queries import find_by_sources
from baocheng.engine.processes.operations import Completion, complete_tasks
from baocheng.engine.streams import Stream
from baocheng.engine.unit import unit
from baocheng.engine.work.worklists import open_items_of
from baocheng.kernel.money import ZERO
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

if TYPE_CHECKING:
    from baocheng.areas.claims.models import Claim
