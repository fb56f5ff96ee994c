"""王芳的赔案正在审资料，公司发布了新版服务手册。
新版把分公司审批上限从十万元降到五万元，并把“单证审核”改名为“资料复核”。
正在办理的赔案留在旧版：任务名称不变，59,000.00 元仍由分公司审批。
新报的赔案走新版：任务用新名称，同样的金额要到总公司。
两件赔案各自记着自己的手册版本。
"""

from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings

from baocheng.engine.processes.models import Instance
from baocheng.engine.publishing.defaults import INSTALLER, RELEASE
from baocheng.engine.publishing.handbook import read_folder
from baocheng.engine.publishing.versions import publish
from factories.claims import (
    APPROVED,
    bring_to_approval,
    do,
    history,
    item,
    on,
    open_tasks,
    report_illness,
)
from factories.company import a_medical_policy

pytestmark = pytest.mark.django_db


EDITS = {
    "claims/approval_level.dmn": ("100000", "50000"),
    "claims/approval_level.cases.csv": ("100000", "50000"),
    "claims/claim_handling.bpmn": ('name="单证审核"', 'name="资料复核"'),
}


def publish_edited(folder: Path, at: datetime) -> None:
    """Publish the default handbook with a lower limit and another name for a task."""
    for path, text in read_folder(settings.HANDBOOK).files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.replace(*EDITS.get(path, ("", ""))), encoding="utf-8")
    publish(read_folder(folder), effective_at=at, approved_by=RELEASE, by=INSTALLER, at=at)


def test_a_running_claim_stays_on_its_handbook_version(company: None, tmp_path: Path) -> None:
    policy, other = a_medical_policy(), a_medical_policy()
    before = report_illness(policy, "69000.00")

    publish_edited(tmp_path, on(9, 26, 11))
    after = report_illness(other, "69000.00", at=on(9, 26, 12))

    assert item(before, "review_documents").title == "单证审核"
    assert item(after, "review_documents").title == "资料复核"
    bring_to_approval(before, on(9, 26, 14))
    bring_to_approval(after, on(9, 26, 14))
    assert open_tasks(before) == ["approve_claim"]
    assert open_tasks(after) == ["approve_large_claim"]
    do(before, "approve_claim", APPROVED, "chenjing", on(9, 26, 15))
    assert history(before)[-2:] == ["approved", "decided"]
    versions = Instance.objects.values_list("stream_id", "handbook_version")
    assert dict(versions) == {before.id: 1, after.id: 2}
