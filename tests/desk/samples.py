"""A standing set of pages with values, so that every template is seen in full and empty."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.safestring import mark_safe

from baocheng.desk.dialogs import Question
from baocheng.desk.rows import (
    administration,
    case,
    customers,
    handbook,
    policies,
    shell,
    sign_in,
    work,
)
from baocheng.kernel.time import SHANGHAI
from baocheng.ui.components import (
    Badge,
    Cell,
    Choice,
    Clock,
    ClockMark,
    ClockStep,
    Column,
    Entry,
    Field,
    File,
    Form,
    Item,
    Link,
    Notice,
    Pair,
    Section,
    Submit,
    Tab,
    Tone,
)

NOW = datetime(2025, 9, 26, 14, 30, tzinfo=SHANGHAI)
DIAGRAM = mark_safe(
    '<svg class="diagram" viewBox="0 0 640 120" role="img" aria-label="理赔处理">'
    '<g fill="none" stroke="currentColor"><circle cx="30" cy="60" r="14"/>'
    '<rect x="80" y="36" width="90" height="48" rx="6"/><path d="M44 60h36m90 0h36"/>'
    '<path d="m230 36 24 24-24 24-24-24z"/><path d="M254 60h36"/>'
    '<rect x="290" y="36" width="90" height="48" rx="6" stroke-width="3"/><path d="M380 60h40"/>'
    '<rect x="420" y="36" width="90" height="48" rx="6"/><path d="M510 60h50"/>'
    '<circle cx="576" cy="60" r="14" stroke-width="3"/></g>'
    '<g font-size="13" text-anchor="middle" fill="currentColor"><text x="125" y="64">立案</text>'
    '<text x="335" y="64">责任认定</text><text x="465" y="64">理算</text></g></svg>'
)


def tabs(*labels: str, counts: Mapping[str, int] | None = None) -> list[Tab]:
    """Make tabs, the first of which is current."""
    counts = counts or {}
    return [
        Tab(
            key=label,
            label=label,
            url=f"?tab={index}",
            is_current=index == 0,
            count=counts.get(label),
        )
        for index, label in enumerate(labels)
    ]


SHELL = shell.Shell(
    name="赵敏",
    role="理赔员",
    branch="上海分公司",
    company="保程示范保险股份有限公司",
    handbook_version=3,
    clock_at=NOW,
    can_report=True,
    destinations=[
        shell.Destination(
            label="待办", url="/worklist", icon="inbox", keys="g w", count=12, is_current=True
        ),
        shell.Destination(label="审批", url="/approvals", icon="stamp", keys="g a", count=3),
        shell.Destination(label="案件", url="/claims", icon="folder-open", keys="g c"),
        shell.Destination(label="保单", url="/policies", icon="shield", keys="g p"),
        shell.Destination(label="客户", url="/customers", icon="users", keys="g k"),
        shell.Destination(label="手册", url="/handbook", icon="book-open", keys="g h"),
        shell.Destination(label="管理", url="/administration", icon="settings-2", keys="g m"),
    ],
)

OURS = Badge(label="我方", tone=Tone.PLAIN)
THEIRS = Badge(label="客户 · 停钟", tone=Tone.PAUSED)
THIRD = Badge(label="医院 · 停钟", tone=Tone.PAUSED)


def _mark(tone: Tone, label: str, hours: int) -> ClockMark:
    return ClockMark(tone=tone, label=label, due_at=NOW + timedelta(hours=hours))


_WORK = [
    (Tone.LATE, "逾期 1 天", -26, "C25110100012347", "医疗", "王*", "责任认定", OURS, "12860.00"),
    (Tone.SOON, "剩 3 小时", 3, "C25110100012453", "医疗", "李**", "拒赔通知复核", OURS, "8420.50"),
    (Tone.SOON, "剩 1 工作日", 24, "C25110100012461", "车险", "陈**", "查勘安排", OURS, "4300.00"),
    (
        Tone.ON_TIME,
        "剩 4 工作日",
        96,
        "C25110100012479",
        "车险",
        "周*",
        "单证审核",
        OURS,
        "15200.00",
    ),
    (Tone.ON_TIME, "剩 9 天", 216, "C25110100012487", "意外", "吴**", "伤残评定", OURS, "50000.00"),
    (
        Tone.PAUSED,
        "停在 6 天",
        150,
        "C25110100012495",
        "医疗",
        "郑**",
        "补充材料",
        THEIRS,
        "6310.20",
    ),
    (
        Tone.PAUSED,
        "停在 12 天",
        300,
        "C25110100012503",
        "意外",
        "冯*",
        "病历调阅",
        THIRD,
        "22045.00",
    ),
    (
        Tone.ON_TIME,
        "剩 24 天",
        580,
        "C25110100012511",
        "医疗",
        "欧阳**",
        "理算复核",
        OURS,
        "238914.66",
    ),
]
WORK_ROWS = [
    work.WorkRow(
        id=str(index),
        url="/claims/1",
        number=number,
        product=product,
        customer=customer,
        task=task,
        clock=_mark(tone, label, hours),
        ball=ball,
        amount=Decimal(amount),
        assignee="赵敏" if index % 3 else "",
        claim_url="" if index % 3 else "/claim",
    )
    for index, (tone, label, hours, number, product, customer, task, ball, amount) in enumerate(
        _WORK
    )
]
FILTERS = [
    work.Filter(
        name="product",
        label="险种",
        choices=[Choice(value="health", label="医疗"), Choice(value="motor", label="车险")],
    ),
    work.Filter(name="step", label="阶段", choices=[Choice(value="assess", label="责任认定")]),
    work.Filter(
        name="due",
        label="期限",
        choices=[Choice(value="late", label="已逾期"), Choice(value="today", label="今天到期")],
    ),
]
WORKLIST = work.WorklistPage(
    tabs=tabs(
        "我的",
        "可领取",
        "本机构",
        "等客户",
        counts={"我的": 12, "可领取": 5, "本机构": 64, "等客户": 4},
    ),
    filters=FILTERS,
    rows=WORK_ROWS,
    more="?after=abc",
    export_url="/export",
    bulk_claim_url="/bulk",
)
CLAIM_ROWS = [
    work.ClaimRow(
        url="/claims/1",
        number=row.number,
        product=row.product,
        customer=row.customer,
        state=Badge(label=label, tone=tone),
        lost_on="2025-09-18",
        reported_at=NOW - timedelta(days=index, hours=index),
        reported_amount=row.amount,
        paid_amount=row.amount if tone is Tone.DONE else None,
    )
    for index, (row, (label, tone)) in enumerate(
        zip(
            WORK_ROWS,
            [
                ("责任认定中", Tone.ON_TIME),
                ("待补充材料", Tone.PAUSED),
                ("理算中", Tone.ON_TIME),
                ("待审批", Tone.SOON),
                ("待付款", Tone.ON_TIME),
                ("已结案", Tone.DONE),
                ("已拒赔", Tone.DONE),
                ("已重开", Tone.SOON),
            ],
            strict=True,
        )
    )
]
CLAIMS = work.ClaimListPage(
    tabs=tabs("在办", "已结", "全部"),
    filters=FILTERS,
    rows=CLAIM_ROWS,
    more="?after=x",
    report_url="/report",
)
APPROVALS = work.ApprovalsPage(
    tabs=tabs("待我审批", "我已审批", counts={"待我审批": 3}),
    preview_url="/preview",
    rows=[
        work.ApprovalRow(
            id=str(index),
            url="/claims/1",
            number=row.number,
            product=row.product,
            customer=row.customer,
            kind=Badge(label="拒赔", tone=Tone.LATE)
            if index == 1
            else Badge(label="赔付", tone=Tone.ON_TIME),
            amount=None if index == 1 else row.amount,
            limit=None if index == 1 else Decimal("100000.00"),
            assignee="赵敏",
            clock=row.clock,
            batch="" if index == 1 else "health",
            alone="拒赔须逐件审阅" if index == 1 else "",
        )
        for index, row in enumerate(WORK_ROWS[:4])
    ],
)
BULK = work.BulkPreview(
    title="批量审批预览",
    action="/approve",
    submit="批准 2 件",
    reason_label="审批意见",
    total=Decimal("17160.00"),
    lines=[
        work.BulkLine(
            id="1",
            number="C25110100012347",
            effect="批准赔付，发出付款指令",
            amount=Decimal("12860.00"),
        ),
        work.BulkLine(
            id="2",
            number="C25110100012461",
            effect="批准赔付，发出付款指令",
            amount=Decimal("4300.00"),
        ),
        work.BulkLine(
            id="3",
            number="C25110100012479",
            effect="",
            problem="超过您当日累计权限 ¥ 100,000.00，请转上级审批。",
        ),
    ],
)

CLOCKS = [
    Clock(
        name="核定",
        limit="5 工作日",
        article="监管规定 令2010-4 第12条",
        article_url="/handbook/clocks#assess",
        mark=_mark(Tone.SOON, "剩 3 小时", 3),
        used=92,
        ball="球在我方",
        waits_for="责任认定",
        arithmetic=[
            ClockStep(label="2025-09-19 周五", text="材料齐全，当日不计入", is_counted=False),
            ClockStep(label="2025-09-22 周一", text="第 1 个工作日"),
            ClockStep(label="2025-09-23 周二", text="客户补充材料，停钟 1 天", is_counted=False),
            ClockStep(label="2025-09-28 周日", text="调休上班，计入第 5 个工作日"),
        ],
    ),
    Clock(
        name="复杂案件核定",
        limit="30 日",
        article="保险法 第二十三条",
        mark=_mark(Tone.ON_TIME, "剩 24 天", 576),
        used=20,
        ball="球在我方",
    ),
    Clock(
        name="先予支付",
        limit="60 日",
        article="保险法 第二十五条",
        mark=_mark(Tone.ON_TIME, "剩 54 天", 1296),
        used=10,
        is_provisional=True,
    ),
    Clock(
        name="一次性补充通知",
        limit="及时",
        article="保险法 第二十二条",
        mark=ClockMark(tone=Tone.DONE, label="已完成"),
        used=100,
    ),
]
HEAD = case.CaseHead(
    number="C25110100012347",
    url="/claims/1",
    product="百万医疗",
    customer="王*",
    state=Badge(label="责任认定中", tone=Tone.ON_TIME),
    amount_label="报损",
    amount=Decimal("12860.00"),
    ball=Badge(label="球在我方", tone=Tone.PLAIN),
    clock=_mark(Tone.SOON, "剩 3 小时", 3),
    article="核定 · 令2010-4 第12条",
    actions=[
        Link(label="转交", url="/x", icon="dialog"),
        Link(label="登记估损", url="/y"),
        Link(label="申请结案", url="/z"),
    ],
)
CASE = case.CasePage(
    head=HEAD,
    tabs=tabs(
        "当前任务",
        "单证",
        "理算书",
        "决策",
        "付款",
        "往来",
        "时间线",
        counts={"单证": 7, "往来": 3, "时间线": 24},
    ),
    clocks=CLOCKS,
    diagram=DIAGRAM,
    diagram_url="/diagram",
    cover_note="2025-09-18 周四",
    cover=[
        Pair(label="产品", value="百万医疗 2025 版", url="/handbook/product"),
        Pair(
            label="一般医疗",
            value=Decimal("2000000.00"),
            note="年免赔额 ¥ 10,000.00，已抵扣 ¥ 3,200.00",
        ),
        Pair(label="赔付比例", value="经社保 100%，未经社保 60%"),
        Pair(label="等待期", value="2025-04-02 已满"),
        Pair(
            label="指定医院",
            value="二级以上公立",
            note="2025-09-22 批改：增加特需部，不适用于本案",
            is_later=True,
        ),
    ],
    people=[
        Pair(label="被保险人", value="王*，女，36 岁", url="/customers/1"),
        Pair(label="报案人", value="王*（本人） 138****2741"),
        Pair(label="保单", value="P25110100003318", url="/policies/1"),
        Pair(
            label="出险",
            value=datetime(2025, 9, 18, 9, 10, tzinfo=SHANGHAI),
            note="急性阑尾炎住院，上海市第六人民医院",
        ),
        Pair(label="负责人", value="赵敏"),
    ],
)
TASK_FORM = Form(
    id="task",
    action="/task",
    draft_url="/draft",
    is_draft=True,
    hidden={"revision": "3"},
    submits=[Submit(label="保存草稿", name="save", value="1", kind="plain"), Submit(label="提交")],
    sections=[
        Section(
            fields=[
                Field(
                    name="is_covered",
                    label="是否属于保险责任",
                    kind="radio",
                    is_required=True,
                    is_wide=True,
                    suggestion="决策表建议：属于责任（第 7 行：住院天数 ≥ 3）",
                    suggestion_url="/decision",
                    choices=[
                        Choice(value="full", label="属于", is_chosen=True),
                        Choice(value="part", label="部分属于"),
                        Choice(
                            value="none",
                            label="不属于",
                            note="须写明条款和理由，3 日内发出拒赔通知",
                        ),
                    ],
                ),
                Field(
                    name="article",
                    label="条款",
                    kind="choice",
                    is_required=True,
                    choices=[Choice(value="2.1", label="2.1 一般医疗保险金", is_chosen=True)],
                ),
                Field(
                    name="admitted_on",
                    label="入院日期",
                    kind="date",
                    value="2025-09-18",
                    is_required=True,
                ),
                Field(
                    name="estimate",
                    label="估损金额",
                    kind="amount",
                    value="12,860.005",
                    is_required=True,
                    problem="金额“12,860.005”无效：请填写不为负、最多两位小数的人民币金额。",
                ),
                Field(
                    name="days",
                    label="住院天数",
                    kind="number",
                    value="6",
                    unit="天",
                    help="按出院小结",
                ),
                Field(
                    name="reasons",
                    label="事实与理由",
                    kind="textarea",
                    is_required=True,
                    help="写给客户看的话，会进入结果通知。",
                    value="急性阑尾炎，住院 6 天，医院为二级以上公立医院。",
                ),
                Field(
                    name="documents",
                    label="单证核对",
                    kind="checklist",
                    items=[
                        Item(
                            value="id",
                            label="被保险人身份证明",
                            is_checked=True,
                            files=[File(name="身份证.jpg", url="/f", size="1.2 MB")],
                        ),
                        Item(
                            value="invoice",
                            label="医疗费用发票原件",
                            is_checked=True,
                            files=[
                                File(name="发票-1.pdf", url="/f", size="0.4 MB"),
                                File(name="发票-2.pdf", url="/f", size="0.5 MB"),
                            ],
                        ),
                        Item(value="record", label="出院小结", note="缺第 2 页"),
                    ],
                ),
                Field(
                    name="lines",
                    label="费用明细",
                    kind="lines",
                    is_required=True,
                    columns=(
                        columns := [
                            Column(name="name", label="项目"),
                            Column(
                                name="kind",
                                label="类别",
                                kind="choice",
                                choices=[
                                    Choice(value="drug", label="药品"),
                                    Choice(value="bed", label="床位"),
                                ],
                            ),
                            Column(name="amount", label="金额", kind="amount"),
                            Column(name="other", label="医保支付", kind="amount"),
                        ]
                    ),
                    rows=[
                        [
                            Cell(column=column, value=value)
                            for column, value in zip(columns, line, strict=True)
                        ]
                        for line in (
                            ("床位费", "bed", "1,200.00", "600.00"),
                            ("头孢曲松", "drug", "386.40", "231.84"),
                        )
                    ]
                    + [
                        [
                            Cell(column=columns[0], value="CT 平扫"),
                            Cell(column=columns[1], value=""),
                            Cell(column=columns[2], value="-5", problem="金额不能为负。"),
                            Cell(column=columns[3], value=""),
                        ]
                    ],
                ),
                Field(
                    name="extra",
                    label="补充文件",
                    kind="file",
                    upload_url="/upload",
                    files=[
                        File(name="病历.pdf", size="2.1 MB", url="/f", id="1"),
                        File(name="清单.exe", size="61 MB", problem="文件超过 20 MB，未接收。"),
                    ],
                ),
                Field(
                    name="flags",
                    label="关注点",
                    kind="checkboxes",
                    choices=[
                        Choice(value="a", label="既往症"),
                        Choice(value="b", label="第三方责任", is_chosen=True),
                    ],
                ),
                Field(
                    name="visit",
                    label="是否需要回访",
                    kind="boolean",
                    choices=[
                        Choice(value="yes", label="是"),
                        Choice(value="no", label="否", is_chosen=True),
                    ],
                ),
                Field(name="met_at", label="面访时间", kind="datetime", value="2025-09-25T10:00"),
            ],
        )
    ],
    problems=[
        "估损金额：请填写不为负、最多两位小数的人民币金额。",
        "费用明细第 3 行：金额不能为负。",
    ],
)
CONTENTS: dict[str, tuple[str, Any]] = {
    "tasks": (
        "desk/tabs/tasks.html",
        case.TasksTab(
            tasks=[
                case.OpenTask(
                    name="责任认定",
                    candidates="理赔员",
                    assignee="赵敏",
                    clock=HEAD.clock,
                    form=TASK_FORM,
                    release_url="/release",
                ),
                case.OpenTask(
                    name="医疗审核", candidates="医学审核岗", assignee="", claim_url="/claim"
                ),
            ]
        ),
    ),
    "documents": (
        "desk/tabs/documents.html",
        case.DocumentsTab(
            summary="已齐 5 / 7，2025-09-23 一次性通知补充",
            rows=[
                case.DocumentRow(
                    name="理赔申请书",
                    state=Badge(label="已核", tone=Tone.DONE),
                    files=[File(name="申请书.pdf", url="/f", size="0.3 MB")],
                    received_at=NOW,
                ),
                case.DocumentRow(
                    name="医疗费用发票原件",
                    state=Badge(label="已收", tone=Tone.ON_TIME),
                    files=[
                        File(name="发票-1.pdf", url="/f", size="0.4 MB"),
                        File(name="发票-2.pdf", url="/f", size="0.5 MB"),
                    ],
                    received_at=NOW,
                ),
                case.DocumentRow(
                    name="出院小结", state=Badge(label="待补充", tone=Tone.PAUSED), note="缺第 2 页"
                ),
                case.DocumentRow(name="事故证明", state=Badge(label="不需要", tone=Tone.PLAIN)),
            ],
            letters=[File(name="补充材料通知书.pdf", url="/f", size="86 KB")],
            upload=Form(
                id="upload",
                action="/upload",
                sections=[
                    Section(
                        fields=[
                            Field(
                                name="files",
                                label="文件",
                                kind="file",
                                upload_url="/u",
                                is_required=True,
                            )
                        ]
                    )
                ],
                submits=[Submit(label="添加")],
            ),
        ),
    ),
    "sheet": (
        "desk/tabs/sheet.html",
        case.SheetTab(
            version="第 2 稿 · 产品 2025 版",
            calculated_at=NOW,
            calculated_by="系统",
            claimed=Decimal("12860.00"),
            allowed=Decimal("9640.00"),
            paid=Decimal("5772.00"),
            paid_in_words="人民币伍仟柒佰柒拾贰元整",
            lines=[
                case.SheetLine(
                    index=1,
                    name="床位费 6 天",
                    coverage="一般医疗",
                    claimed=Decimal("1200.00"),
                    allowed=Decimal("600.00"),
                    paid=Decimal("0.00"),
                    reductions=[
                        case.Reduction(code="R03", reason="医保已支付", amount=Decimal("-600.00"))
                    ],
                ),
                case.SheetLine(
                    index=2,
                    name="手术费",
                    coverage="一般医疗",
                    claimed=Decimal("8660.00"),
                    allowed=Decimal("8660.00"),
                    paid=Decimal("5392.00"),
                    reductions=[
                        case.Reduction(
                            code="R01",
                            reason="年免赔额余额",
                            amount=Decimal("-3268.00"),
                            formula="10,000.00 - 6,732.00",
                        )
                    ],
                ),
                case.SheetLine(
                    index=3,
                    name="特需陪护",
                    coverage="一般医疗",
                    claimed=Decimal("3000.00"),
                    allowed=Decimal("380.00"),
                    paid=Decimal("380.00"),
                    reductions=[
                        case.Reduction(
                            code="R07",
                            reason="不属于保障项目（条款 3.2）",
                            amount=Decimal("-2620.00"),
                        )
                    ],
                ),
            ],
            steps=[
                case.SheetStep(
                    label="合理费用", formula="12,860.00 - 3,220.00", amount=Decimal("9640.00")
                ),
                case.SheetStep(
                    label="减免赔额余额", formula="9,640.00 - 3,868.00", amount=Decimal("5772.00")
                ),
                case.SheetStep(
                    label="赔付比例", formula="× 100%（经社保结算）", amount=Decimal("5772.00")
                ),
            ],
        ),
    ),
    "decisions": (
        "desk/tabs/decisions.html",
        case.DecisionsTab(
            rows=[
                case.DecisionRow(
                    name="保险责任建议",
                    at=NOW,
                    version="手册第 3 版",
                    sentence="属于责任：第 7 行，住院天数 ≥ 3，二级以上医院，等待期已过。",
                    url="/d#row-7",
                    rows="第 7 行",
                    inputs=[
                        Pair(label="住院天数", value="6"),
                        Pair(label="医院等级", value="三级甲等"),
                        Pair(label="等待期已过", value="是"),
                    ],
                    outputs=[Pair(label="结论", value="属于责任"), Pair(label="条款", value="2.1")],
                ),
                case.DecisionRow(
                    name="案件分级",
                    at=NOW,
                    version="手册第 3 版",
                    sentence="普通案件：第 2 行，报损 < 50,000 且无人伤。",
                    url="/d",
                    rows="第 2 行",
                    is_overridden=True,
                ),
            ]
        ),
    ),
    "payments": (
        "desk/tabs/payments.html",
        case.PaymentsTab(
            total=Decimal("5772.00"),
            rows=[
                case.PaymentRow(
                    number="F25110100000881",
                    payee="王*",
                    account="工商银行 ****6621",
                    amount=Decimal("5772.00"),
                    state=Badge(label="银行已受理", tone=Tone.ON_TIME),
                    instructed_at=NOW,
                    paid_on=None,
                    note="应于 2025-10-06 前到账（保险法 23）",
                )
            ],
        ),
    ),
    "messages": (
        "desk/tabs/messages.html",
        case.MessagesTab(
            rows=[
                case.MessageRow(
                    at=NOW,
                    channel="短信",
                    address="138****2741",
                    subject="补充材料通知",
                    body="您的赔案还缺出院小结第 2 页。\n请通过链接上传，到达后我们继续办理。",
                    state=Badge(label="已送达", tone=Tone.DONE),
                    proof="运营商回执 14:31:07",
                ),
                case.MessageRow(
                    at=NOW,
                    channel="微信",
                    address="客户",
                    subject="",
                    body="明天补。",
                    state=Badge(label="已读", tone=Tone.PLAIN),
                    is_incoming=True,
                    files=[File(name="小结2.jpg", url="/f", size="0.9 MB")],
                ),
                case.MessageRow(
                    at=NOW,
                    channel="内部备注",
                    address="",
                    subject="",
                    body="与医院核实过住院日期，一致。",
                    state=Badge(label="仅同事可见", tone=Tone.SOON),
                    is_internal=True,
                ),
            ],
            form=Form(
                id="note",
                action="/note",
                draft_url="/d",
                sections=[
                    Section(
                        fields=[Field(name="text", label="备注", kind="textarea", is_required=True)]
                    )
                ],
                submits=[Submit(label="添加备注")],
            ),
        ),
    ),
    "timeline": (
        "desk/tabs/timeline.html",
        case.TimelineTab(
            proof="24 条记录，指纹相符",
            entries=[
                Entry(at=NOW, sentence="赵敏 保存责任认定草稿", icon="pencil", tone=Tone.PLAIN),
                Entry(at=NOW, sentence="核定时钟提醒：剩 3 小时", icon="timer", tone=Tone.SOON),
                Entry(
                    at=NOW,
                    sentence="客户补充材料到达，核定时钟继续",
                    icon="play",
                    tone=Tone.ON_TIME,
                    detail="停钟 1 天 4 小时，球在客户",
                ),
                Entry(
                    at=NOW,
                    sentence="系统 发出一次性补充材料通知",
                    icon="mail",
                    tone=Tone.PAUSED,
                    url="/m",
                ),
                Entry(
                    at=NOW,
                    sentence="李强 登记报案，赔案 C25110100012347 立案",
                    icon="flag",
                    tone=Tone.DONE,
                ),
            ],
        ),
    ),
}
REPORT = work.ReportPage(
    help="有保单号或被保险人、出险日期、报案人即可受理。",
    form=replace(
        TASK_FORM,
        problems=(),
        submits=[
            Submit(label="保存草稿", name="save", value="1", kind="plain"),
            Submit(label="登记报案"),
        ],
        sections=[
            Section(
                title="谁出了险",
                fields=[
                    Field(
                        name="policy",
                        label="保单号",
                        placeholder="P25110100003318",
                        help="不清楚可以空着，先写被保险人。",
                    ),
                    Field(name="insured", label="被保险人姓名", is_required=True, value="王芳"),
                    Field(
                        name="identity",
                        label="证件号",
                        problem="校验位不对，请核对最后一位。",
                        value="310104198905123321",
                    ),
                ],
            ),
            Section(
                title="出了什么事",
                fields=[
                    Field(name="lost_at", label="出险时间", kind="datetime", is_required=True),
                    Field(name="amount", label="大约损失", kind="amount"),
                    Field(name="place", label="地点", kind="text", is_wide=True),
                    Field(name="story", label="经过", kind="textarea", is_required=True),
                ],
            ),
            Section(
                title="谁在报案",
                fields=[
                    Field(name="reporter", label="报案人", is_required=True),
                    Field(
                        name="relation",
                        label="与被保险人关系",
                        kind="choice",
                        choices=[Choice(value="self", label="本人")],
                    ),
                    Field(name="phone", label="手机号", is_required=True),
                ],
            ),
        ],
    ),
    hints=[
        Notice(
            message="出险日 2025-09-18 在保险期间内，等待期已满。",
            tone=Tone.ON_TIME,
            title="保障有效",
        ),
        Notice(message="保单在 2025-09-22 有一笔批改，核定时以出险日为准。", tone=Tone.SOON),
    ],
    similar=[
        Link(label="C25110100011902", url="/claims/3", note="同一被保险人，2025-09-17 出险，住院")
    ],
)

BOOK = handbook.Book(
    version="第 3 版",
    crumbs=[Link(label="服务手册", url="/handbook")],
    contents=[
        handbook.ContentsPart(
            label="章节",
            entries=[
                handbook.ContentsEntry(
                    number=number, label=label, url="/c", is_current=number == "四"
                )
                for number, label in zip(
                    "一二三四五六七八",
                    [
                        "服务基础规范",
                        "产品销售",
                        "服务交付",
                        "理赔与客服",
                        "数据与信息",
                        "监督评估",
                        "应急",
                        "持续改进",
                    ],
                    strict=True,
                )
            ],
        ),
        handbook.ContentsPart(
            label="流程", entries=[handbook.ContentsEntry(label="理赔处理", url="/p")]
        ),
        handbook.ContentsPart(
            label="决策表",
            entries=[
                handbook.ContentsEntry(label="案件分级", url="/d"),
                handbook.ContentsEntry(label="保险责任建议", url="/d"),
            ],
        ),
        handbook.ContentsPart(
            label="其他",
            entries=[
                handbook.ContentsEntry(label="时限", url="/k"),
                handbook.ContentsEntry(label="拒赔通知书", url="/l"),
                handbook.ContentsEntry(label="百万医疗", url="/x"),
            ],
        ),
    ],
)
_COVER = handbook.CoverPage(
    title="保险客户服务与理赔手册",
    chapters=BOOK.contents[0].entries,
    figures=[
        Pair(label="流程", value="3", url="/p"),
        Pair(label="决策表", value="11", url="/p"),
        Pair(label="时限", value="14", url="/p"),
        Pair(label="信函", value="6", url="/p"),
        Pair(label="表单", value="9", url="/p"),
    ],
    versions=[
        handbook.VersionRow(
            number="第 3 版",
            url="?version=3",
            effective_on=date(2025, 9, 1),
            published_at=NOW - timedelta(days=30),
            approved_by="陈静",
            is_current=True,
        ),
        handbook.VersionRow(
            number="第 2 版",
            url="?version=2",
            effective_on=date(2025, 3, 1),
            published_at=NOW - timedelta(days=200),
            approved_by="陈静",
        ),
    ],
)
_CHAPTER = handbook.ChapterPage(
    number="第四章",
    title="理赔与客服",
    previous=Link(label="服务交付", url="/c3"),
    next=Link(label="数据与信息", url="/c5"),
    clauses=[
        handbook.Clause(level=2, text=mark_safe("理赔流程"), anchor="s1"),
        handbook.Clause(
            number="4.1.1",
            text=mark_safe(
                "接到报案应当立即登记，一次说清需要的单证和办理期限。出险日期不在保险期间的也要登记，注明“保障存疑”。"
            ),
            marks=[
                handbook.Mark(kind="process", label="理赔处理", url="/p"),
                handbook.Mark(kind="form", label="报案登记", url="/f"),
            ],
        ),
        handbook.Clause(
            number="4.1.2",
            text=mark_safe("材料不完整的，一次性通知客户补充；等待补充期间停止计时。"),
            marks=[
                handbook.Mark(kind="clock", label="核定 30 日", url="/k"),
                handbook.Mark(kind="letter", label="补充材料通知", url="/l"),
            ],
        ),
        handbook.Clause(level=3, text=mark_safe("核定与通知"), anchor="s2"),
        handbook.Clause(
            number="4.1.3",
            text=mark_safe(
                "收到完整材料后五个工作日内核定；情形复杂的，三十日内核定。不属于保险责任的，自核定之日起三日内发出拒赔通知书并说明理由。"
            ),
            marks=[
                handbook.Mark(kind="decision", label="保险责任建议", url="/d"),
                handbook.Mark(kind="clock", label="拒赔通知 3 日", url="/k"),
            ],
        ),
    ],
)
_DECISION = handbook.DecisionPage(
    name="案件分级",
    key="claim_triage",
    hit_policy="U",
    question="这件赔案走快速、普通还是复杂通道？",
    inputs=[
        handbook.DecisionColumn(label="报损金额", name="reported_amount"),
        handbook.DecisionColumn(label="有人伤", name="is_injury"),
        handbook.DecisionColumn(label="保障存疑", name="cover_in_question"),
    ],
    outputs=[
        handbook.DecisionColumn(label="通道", name="claim_track"),
        handbook.DecisionColumn(label="审批级别", name="authority"),
    ],
    rules=[
        handbook.DecisionRule(
            number=1,
            inputs=["≤ 3,000.00", "否", "否"],
            outputs=["快速", "免审批"],
            note="小额简易案件，系统自动核定，事后抽检",
        ),
        handbook.DecisionRule(
            number=2,
            inputs=["(3,000.00, 50,000.00]", "否", "否"],
            outputs=["普通", "主管"],
            is_matched=True,
        ),
        handbook.DecisionRule(
            number=3, inputs=["> 50,000.00", "-", "否"], outputs=["复杂", "经理"]
        ),
        handbook.DecisionRule(
            number=4, inputs=["-", "是", "-"], outputs=["复杂", "经理"], note="有人伤一律复杂"
        ),
    ],
)
_PROCESS = handbook.ProcessPage(
    name="理赔处理",
    key="claim_handling",
    diagram=DIAGRAM,
    documentation="从报案到结案：登记、收集单证、核定、理算、审批、通知、付款、回访。",
    steps=[
        handbook.StepRow(name="立案", kind="自动", who="系统", leads_to="单证审核"),
        handbook.StepRow(
            name="责任认定", kind="人工", who="理赔员", leads_to="理算；拒赔通知", url="/form"
        ),
        handbook.StepRow(name="理算", kind="自动", who="系统", leads_to="审批"),
    ],
)
_CLOCK_PAGE = handbook.ClocksPage(
    rows=[
        handbook.ClockRow(
            name="核定",
            key="assess",
            limit="30 日",
            article="保险法 第二十三条；司法解释（二）第十五条",
            kind=Badge(label="法定", tone=Tone.LATE),
            starts="收到索赔请求和完整材料",
            pauses="发出补充通知（球在客户）",
            stops="作出核定",
            warns="剩 5 日、剩 1 日",
            text="保险人收到赔偿或者给付保险金的请求后，应当及时作出核定。",
        ),
        handbook.ClockRow(
            name="付款",
            key="pay",
            limit="10 日",
            article="保险法 第二十三条",
            kind=Badge(label="法定", tone=Tone.LATE),
            starts="达成赔付协议",
            pauses="",
            stops="付款到账",
            warns="剩 3 日",
        ),
    ]
)
_PRODUCT = handbook.ProductPage(
    name="百万医疗 2025 版",
    key="million_medical",
    facts=[Pair(label="险种", value="医疗保险（费用补偿）"), Pair(label="等待期", value="90 日")],
    coverages=[
        handbook.CoverageRow(
            name="一般医疗保险金",
            code="GENERAL",
            limit=Decimal("2000000.00"),
            steps=[
                "合理且必要的费用",
                "减去医保及其他途径已付",
                "减去年免赔额 ¥ 10,000.00（全年累计）",
                "经社保结算 × 100%，未经 × 60%",
                "不超过年限额",
            ],
            exclusions=["既往症", "整形美容"],
        )
    ],
)
POLICY_ROWS = [
    policies.PolicyRow(
        url="/policies/1",
        number="P25110100003318",
        product="百万医疗 2025 版",
        holder="王*",
        from_on=date(2025, 1, 2),
        until_on=date(2026, 1, 1),
        state=Badge(label="有效", tone=Tone.ON_TIME),
    ),
    policies.PolicyRow(
        url="/policies/1",
        number="P25110100003326",
        product="机动车综合",
        holder="李**",
        from_on=date(2024, 11, 5),
        until_on=date(2025, 11, 4),
        state=Badge(label="已退保", tone=Tone.DONE),
    ),
]
_POLICY = policies.PolicyPage(
    number="P25110100003318",
    product="百万医疗 2025 版",
    state=Badge(label="有效", tone=Tone.ON_TIME),
    facts=[
        Pair(label="投保人", value="王*", url="/c"),
        Pair(label="被保险人", value="王*"),
        Pair(label="保险期间", value="2025-01-02 – 2026-01-01"),
        Pair(label="保费", value=Decimal("1268.00")),
    ],
    coverages=[
        policies.CoverageLine(name="一般医疗保险金"),
        policies.CoverageLine(
            name="特需医疗",
            amounts=[Pair(label="年限额", value=Decimal("500000.00"))],
            is_later=True,
        ),
    ],
    accumulators=[Pair(label="年免赔额 2025-01-02", value=Decimal("10000.00"))],
    transactions=[
        policies.TransactionRow(
            sequence=1,
            kind=Badge(label="出单", tone=Tone.ON_TIME),
            effective_at=datetime(2025, 1, 2, tzinfo=SHANGHAI),
            recorded_at=datetime(2024, 12, 30, 11, 5, tzinfo=SHANGHAI),
            summary="承保，标准体",
            premium=Decimal("1268.00"),
        ),
        policies.TransactionRow(
            sequence=2,
            kind=Badge(label="批改", tone=Tone.SOON),
            effective_at=datetime(2025, 9, 22, tzinfo=SHANGHAI),
            recorded_at=datetime(2025, 9, 22, 16, 0, tzinfo=SHANGHAI),
            summary="增加特需医疗",
            premium=Decimal("320.00"),
            is_in_view=False,
        ),
    ],
    claims=CLAIM_ROWS[:2],
    effective=Field(name="effective", label="生效时间", kind="datetime", value="2025-09-18T09:10"),
    known=Field(name="known", label="当时所知", kind="datetime", value="2025-09-19T10:00"),
    report_url="/report",
    is_present=False,
)
_CUSTOMER = customers.CustomerPage(
    name="王*",
    kind=Badge(label="个人"),
    identity_state=Badge(label="身份已核", tone=Tone.ON_TIME),
    facts=[Pair(label="性别", value="女"), Pair(label="联系意愿", value="短信优先")],
    sensitive=[
        customers.Sensitive(
            name="identity", label="居民身份证", shown="3101**********3321", reveal_url="/r"
        ),
        customers.Sensitive(
            name="phone", label="手机", shown="138 0196 2741", is_revealed=True, hide_url="/h"
        ),
        customers.Sensitive(
            name="account", label="银行账户", shown="工商银行 ****6621", reveal_url="/r"
        ),
    ],
    policies=POLICY_ROWS[:1],
    claims=CLAIM_ROWS[:2],
    events=[Entry(at=NOW, sentence="赵敏 查看了手机：联系客户补充材料", icon="eye")],
)
_QUESTION = Question(
    title="查看原文：居民身份证",
    explanation="查看会记入日志：是谁、何时、为何查看。",
    form=Form(
        id="question",
        action="/r",
        target="#dialog",
        sections=[
            Section(fields=[Field(name="reason", label="理由", kind="textarea", is_required=True)])
        ],
        submits=[Submit(label="查看并留痕")],
    ),
)
_OUTBOX = administration.OutboxPage(
    rows=[
        administration.OutboxRow(
            message=CONTENTS["messages"][1].rows[0],
            case=Link(label="C25110100012347", url="/claims/1"),
        )
    ]
)
_JOURNAL = administration.JournalPage(
    figures=[
        administration.Figure(label="条记录", value="18,204"),
        administration.Figure(label="条链", value="1,312"),
        administration.Figure(label="上次验证", value="14:30"),
    ],
    entries=CONTENTS["timeline"][1].entries,
    result=Notice(
        message="18,204 条记录全部重新计算，指纹相符。", tone=Tone.ON_TIME, title="没有被改动"
    ),
)
_INCIDENTS = administration.IncidentsPage(
    rows=[
        administration.IncidentRow(
            case=Link(label="C25110100012347", url="/claims/1"),
            step="发出付款指令",
            sentence="银行接口没有应答，5 分钟后自动重试。",
            attempts=2,
            failed_at=NOW,
            next_at=NOW + timedelta(minutes=5),
            trace="TimeoutError: bank gateway",
            retry_url="/retry",
        )
    ]
)

PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "sign-in": (
        "desk/sign_in.html",
        {
            "page": sign_in.SignInPage(
                company="保程示范保险股份有限公司",
                form=Form(
                    id="sign-in",
                    action="/sign-in/",
                    problems=(),
                    sections=[
                        Section(
                            fields=[
                                Field(
                                    name="username",
                                    label="登录名",
                                    is_required=True,
                                    autocomplete="username",
                                ),
                                Field(
                                    name="password",
                                    label="密码",
                                    kind="password",
                                    is_required=True,
                                    autocomplete="current-password",
                                ),
                            ]
                        )
                    ],
                    submits=[Submit(label="登录")],
                ),
                demo_logins=[
                    sign_in.DemoLogin(login=login, password="baocheng-demo", role=role)
                    for login, role in [
                        ("zhaomin", "理赔员"),
                        ("chenjing", "理赔主管"),
                        ("zhouting", "客服坐席"),
                        ("admin", "系统管理员"),
                    ]
                ],
            )
        },
    ),
    "worklist": ("desk/worklist.html", {"page": WORKLIST}),
    "worklist-empty": ("desk/worklist.html", {"page": replace(WORKLIST, rows=[], more="")}),
    "worklist-filtered": (
        "desk/worklist.html",
        {"page": replace(WORKLIST, rows=[], more="", is_filtered=True)},
    ),
    "claims": ("desk/claims.html", {"page": CLAIMS}),
    "claims-empty": ("desk/claims.html", {"page": replace(CLAIMS, rows=[], more="")}),
    "approvals": ("desk/approvals.html", {"page": APPROVALS}),
    "approvals-empty": ("desk/approvals.html", {"page": replace(APPROVALS, rows=[])}),
    "bulk-dialog": ("desk/bulk_dialog.html", {"page": BULK, "title": BULK.title}),
    "report": ("desk/report.html", {"page": REPORT}),
    **{
        f"case-{name}": (
            "desk/case.html",
            {
                "page": replace(
                    CASE,
                    tabs=[replace(tab, is_current=index == at) for at, tab in enumerate(CASE.tabs)],
                ),
                "content_template": template,
                "content": content,
            },
        )
        for index, (name, (template, content)) in enumerate(CONTENTS.items())
    },
    "case-empty": (
        "desk/case.html",
        {
            "page": replace(CASE, clocks=[], diagram=None),
            "content_template": "desk/tabs/sheet.html",
            "content": None,
        },
    ),
    "diagram": (
        "desk/diagram.html",
        {
            "page": case.DiagramPage(
                head=HEAD,
                diagram=DIAGRAM,
                name="理赔处理",
                version="手册第 3 版",
                steps=CONTENTS["timeline"][1].entries,
            )
        },
    ),
    "handbook-cover": ("desk/handbook/cover.html", {"book": BOOK, "page": _COVER}),
    "handbook-chapter": ("desk/handbook/chapter.html", {"book": BOOK, "page": _CHAPTER}),
    "handbook-process": ("desk/handbook/process.html", {"book": BOOK, "page": _PROCESS}),
    "handbook-decision": ("desk/handbook/decision.html", {"book": BOOK, "page": _DECISION}),
    "handbook-clocks": ("desk/handbook/clocks.html", {"book": BOOK, "page": _CLOCK_PAGE}),
    "handbook-letter": (
        "desk/handbook/letter.html",
        {
            "book": BOOK,
            "page": handbook.LetterPage(
                name="拒赔通知书",
                key="refusal",
                source='#set page(paper: "a4")\n= 拒赔通知书\n#insured：',
                variables=[Pair(label="insured", value="被保险人")],
            ),
        },
    ),
    "handbook-product": ("desk/handbook/product.html", {"book": BOOK, "page": _PRODUCT}),
    "handbook-form": (
        "desk/handbook/form.html",
        {
            "book": BOOK,
            "page": handbook.FormPage(
                name="责任认定",
                key="assess",
                fields=[Pair(label="是否属于保险责任", value="单选，必填")],
            ),
        },
    ),
    "policies": (
        "desk/policies.html",
        {"page": policies.PoliciesPage(query="王", rows=POLICY_ROWS, filters=FILTERS[:1])},
    ),
    "policies-empty": ("desk/policies.html", {"page": policies.PoliciesPage(query="", rows=[])}),
    "policy": ("desk/policy.html", {"page": _POLICY}),
    "customers": (
        "desk/customers.html",
        {
            "page": customers.CustomersPage(
                query="王",
                rows=[
                    customers.CustomerRow(
                        url="/customers/1",
                        name="王*",
                        kind="个人",
                        phone="138****2741",
                        identity="3101**********3321",
                    )
                ],
            )
        },
    ),
    "customers-empty": (
        "desk/customers.html",
        {"page": customers.CustomersPage(query="", rows=[])},
    ),
    "customer": ("desk/customer.html", {"page": _CUSTOMER}),
    "question-dialog": ("desk/question.html", {"page": _QUESTION, "title": _QUESTION.title}),
    "administration": (
        "desk/administration/index.html",
        {
            "page": administration.AdministrationPage(
                links=[
                    Link(
                        label="演示时钟",
                        url="/clock",
                        icon="clock-fading",
                        note="拨快时间，看到期的事发生",
                    ),
                    Link(label="发件箱", url="/o", icon="send", note="发出的消息和送达证明"),
                    Link(label="日志", url="/j", icon="scroll-text", note="验证记录没有被改动"),
                    Link(label="流程异常", url="/i", icon="triangle-alert", note="失败的自动步骤"),
                ]
            )
        },
    ),
    "clock": (
        "desk/administration/clock.html",
        {
            "page": administration.ClockPage(
                at=NOW,
                day_kind="工作日",
                advances=[
                    administration.Advance(label="1 天", duration="P1D"),
                    administration.Advance(label="3 天", duration="P3D"),
                    administration.Advance(label="31 天", duration="P31D"),
                ],
                custom=Field(
                    name="advance",
                    label="其他时长",
                    help="ISO 8601：P10D 是十天，PT36H 是三十六小时",
                    placeholder="P10D",
                    is_required=True,
                ),
                fired=Notice(message="拨快 1 天：3 个提醒、1 个定时已发生。", tone=Tone.ON_TIME),
            )
        },
    ),
    "outbox": ("desk/administration/outbox.html", {"page": _OUTBOX}),
    "outbox-empty": (
        "desk/administration/outbox.html",
        {"page": administration.OutboxPage(rows=[])},
    ),
    "journal": ("desk/administration/journal.html", {"page": _JOURNAL}),
    "incidents": ("desk/administration/incidents.html", {"page": _INCIDENTS}),
    "incidents-empty": (
        "desk/administration/incidents.html",
        {"page": administration.IncidentsPage(rows=[])},
    ),
    "problem": (
        "desk/problem.html",
        {
            "page": shell.ProblemPage(
                status=409,
                title="内容已被他人更新",
                message="您打开之后，陈静 已提交了这项任务。您填写的内容保存在草稿里。",
                links=[
                    Link(label="重新打开", url="/x", note="primary"),
                    Link(label="回到待办", url="/"),
                ],
                code="kernel.conflict",
            )
        },
    ),
    "search": (
        "desk/search.html",
        {
            "page": shell.SearchPage(
                query="王",
                groups=[
                    shell.HitGroup(
                        label="赔案",
                        hits=[
                            shell.Hit(
                                label="C25110100012347",
                                url="/claims/1",
                                icon="folder-open",
                                note="百万医疗 · 王* · 责任认定中",
                            )
                        ],
                    )
                ],
            )
        },
    ),
    "search-empty": ("desk/search.html", {"page": shell.SearchPage(query="无", groups=[])}),
}
