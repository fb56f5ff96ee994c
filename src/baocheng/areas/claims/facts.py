"""What the handbook's conditions and decisions may see of a claim."""

from collections.abc import Mapping
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


def facts(file: ClaimFile) -> dict[str, Any]:
    """Return the facts of a claim, by the names in `LABELS`."""
    claim, product = file.claim, file.product
    heads = {line.head for line in file.lines}
    return {
        "insurance_class": product.insurance_class.value if product else None,
        "product": claim.product,
        "kind": claim.kind,
        "channel": claim.channel,
        "cover_status": claim.cover_status,
        "days_in_cover": _days_in_cover(file),
        "in_waiting_period": _is_in_waiting_period(file),
        "injury_involved": bool(heads & INJURY_HEADS),
        "death_involved": bool(heads & DEATH_HEADS),
        "disability_involved": bool(claim.disability_grades),
        "is_fault_known": not _needs_fault(file) or claim.fault_ratio is not None,
        "fault_ratio_percent": None if claim.fault_ratio is None else claim.fault_ratio * 100,
        "claimed_amount": claim.claimed_amount,
        "fast_lane_limit": product.fast_lane_amount if product else ZERO,
        "documents_complete": claim.documents_complete,
        "supplement_needed": bool(claim.supplement_items) and not claim.documents_complete,
        "liability": claim.liability or None,
        "approved": claim.is_approved,
        "payable_amount": claim.payable_amount,
        "outstanding_amount": claim.payable_amount - claim.settled_amount,
        "outcome": claim.outcome or None,
        "is_reopened": claim.reopened_count > 0,
        # The last bytes of an identifier are random and never change: the sample can be redrawn.
        "sample_number": claim.id.int % 100,
    }


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


def _needs_fault(file: ClaimFile) -> bool:
    if file.product is None:
        return False
    return any(
        "fault_ratio" in file.product.needs[line.head].facts
        for line in file.lines
        if line.head in file.product.needs
    )
