"""What the handbook's conditions and decisions may see of a claim."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from baocheng.areas.claims.enums import CoverStatus
from baocheng.areas.claims.models.file import ClaimFile
from baocheng.areas.products.definition import WaitingPeriod
from baocheng.engine.processes.registry import Summary
from baocheng.kernel.masks import mask_name
from baocheng.kernel.money import ZERO
from baocheng.kernel.time import business_date

LABELS: Mapping[str, str] = {
    "insurance_class": "险类",
    "product": "产品",
    "kind": "赔付或追偿",
    "channel": "报案渠道",
    "cover_status": "保障状态",
    "days_in_cover": "承保后天数",
    "in_waiting_period": "等待期内",
    "injury_involved": "涉及人伤",
    "death_involved": "涉及身故",
    "disability_involved": "涉及伤残",
    "is_fault_known": "责任比例已确定",
    "fault_ratio_percent": "我方事故责任比例",
    "claimed_amount": "申请金额",
    "fast_lane_limit": "快赔限额",
    "is_calculable": "可以理算",
    "documents_complete": "单证齐全",
    "supplement_needed": "需要补充资料",
    "liability": "责任认定",
    "approved": "审批同意",
    "payable_amount": "应付金额",
    "outstanding_amount": "尚未支付的应付金额",
    "outcome": "决定",
    "is_reopened": "重开案件",
    "sample_number": "抽样号",
}

DEATH_HEADS = frozenset({"death"})
INJURY_HEADS = frozenset({"third_party_injury", "third_party_medical"})


class Facts(Mapping[str, Any]):
    """The facts of a claim by the names in `LABELS`; each is computed when it is asked for."""

    def __init__(self, file: ClaimFile) -> None:
        self._file = file

    def __getitem__(self, name: str) -> Any:
        return _FACTS[name](self._file)

    def __contains__(self, name: object) -> bool:
        return name in _FACTS

    def __iter__(self) -> Iterator[str]:
        return iter(_FACTS)

    def __len__(self) -> int:
        return len(_FACTS)


def summary(file: ClaimFile) -> Summary:
    """Return what worklists show of a claim, masked where it is personal."""
    claim = file.claim
    return Summary(
        branch=claim.branch,
        amount=claim.payable_amount or claim.claimed_amount,
        shown={
            "number": claim.number,
            "customer": mask_name(claim.insured_name or claim.reporter_name),
            "product": claim.product_name,
            "state": claim.state,
        },
    )


def _heads(file: ClaimFile) -> set[str]:
    return {line.head for line in file.lines}


def _percent(ratio: Decimal | None) -> Decimal | None:
    return None if ratio is None else ratio * 100


def _days_in_cover(file: ClaimFile) -> int | None:
    if file.cover is None or file.claim.cover_status != CoverStatus.IN_FORCE:
        return None
    return (file.loss_on - business_date(file.cover.insured_since)).days


def _is_in_waiting_period(file: ClaimFile) -> bool:
    days = _days_in_cover(file)
    if file.product is None or days is None or file.claim.by_accident:
        return False
    waits = [step.days for _, step in file.product.steps() if isinstance(step, WaitingPeriod)]
    return days < max(waits, default=0)


def _is_calculable(file: ClaimFile) -> bool:
    """Tell whether the product finds in the lines what it needs to calculate them."""
    product = file.product
    if product is None or not file.lines:
        return False
    for line in file.lines:
        needs = product.needs.get(line.head)
        if (
            needs is None
            or (needs.amount and line.amount is None)
            or (needs.days and not line.days)
        ):
            return False
        if "disability_grades" in needs.facts and not file.claim.disability_grades:
            return False
    return True


def _needs_fault(file: ClaimFile) -> bool:
    if file.product is None:
        return False
    return any(
        "fault_ratio" in file.product.needs[line.head].facts
        for line in file.lines
        if line.head in file.product.needs
    )


_FACTS: Mapping[str, Callable[[ClaimFile], Any]] = {
    "insurance_class": lambda file: file.product.insurance_class.value if file.product else None,
    "product": lambda file: file.claim.product,
    "kind": lambda file: file.claim.kind,
    "channel": lambda file: file.claim.channel,
    "cover_status": lambda file: file.claim.cover_status,
    "days_in_cover": _days_in_cover,
    "in_waiting_period": _is_in_waiting_period,
    "injury_involved": lambda file: bool(_heads(file) & INJURY_HEADS),
    "death_involved": lambda file: bool(_heads(file) & DEATH_HEADS),
    "disability_involved": lambda file: bool(file.claim.disability_grades),
    "is_fault_known": lambda file: file.claim.fault_ratio is not None or not _needs_fault(file),
    "fault_ratio_percent": lambda file: _percent(file.claim.fault_ratio),
    "claimed_amount": lambda file: file.claim.claimed_amount,
    "fast_lane_limit": lambda file: file.product.fast_lane_amount if file.product else ZERO,
    "is_calculable": _is_calculable,
    "documents_complete": lambda file: file.claim.documents_complete,
    "supplement_needed": lambda file: (
        bool(file.claim.supplement_items) and not file.claim.documents_complete
    ),
    "liability": lambda file: file.claim.liability or None,
    "approved": lambda file: file.claim.is_approved,
    "payable_amount": lambda file: file.claim.payable_amount,
    "outstanding_amount": lambda file: file.claim.payable_amount - file.claim.settled_amount,
    "outcome": lambda file: file.claim.outcome or None,
    "is_reopened": lambda file: file.claim.reopened_count > 0,
    # The last bytes of an identifier are random and never change: the sample can be redrawn.
    "sample_number": lambda file: file.claim.id.int % 100,
}
