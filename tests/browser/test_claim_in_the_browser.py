"""王芳住院手术：周婷在页面上登记两行费用，赵敏审单证、认定责任、复核理算，
陈静核赔，郑义送银行并登记回执，周婷回访后结案。每一步都由本人在真实的浏览器里办理。
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from baocheng.areas.claims.models import Claim
from baocheng.areas.policies.models import Policy
from baocheng.demo.cast import PASSWORD
from baocheng.kernel import time
from factories.claims import PAPER, report_illness
from factories.company import FRIDAY, a_medical_policy

CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed."),
    pytest.mark.django_db(transaction=True),
]
PATIENCE = 30_000  # milliseconds, for a machine that is busy with something else
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}

# How the engine gets from one fact to the next is told too, but is no part of this story.
MACHINERY = re.compile("任务“|流程“")

Sit = Callable[..., Page]


@pytest.fixture
def friday(company: None) -> Iterator[None]:
    """Hold the clock still, in the server too."""
    with time.frozen(FRIDAY):
        yield


@pytest.fixture
def policy(friday: None) -> Policy:
    return a_medical_policy()


@pytest.fixture
def claim(policy: Policy) -> Claim:
    return report_illness(policy)


@pytest.fixture
def sit(friday: None, live_server: Any) -> Iterator[Sit]:
    """Return a function that gives somebody a browser of their own, signed in.

    Whatever a test needs from the database is made before: the browser's event loop forbids it.
    """
    complaints: list[str] = []

    def hear(message: Any) -> None:
        # A refusal is an answer like any other; only Chromium counts it as an error.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            complaints.append(message.text)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )

        def sit_down(login: str, viewport: Any = DESKTOP) -> Page:
            context = browser.new_context(
                base_url=live_server.url, viewport=viewport, locale="zh-CN"
            )
            context.set_default_timeout(PATIENCE)
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", hear)
            page.goto("/")
            page.get_by_label("登录名").fill(login)
            page.get_by_label("密码").fill(PASSWORD)
            page.keyboard.press("Enter")
            expect(page.get_by_role("heading", name="我的待办")).to_be_visible()
            return page

        expect.set_options(timeout=PATIENCE)
        yield sit_down
        browser.close()
    assert complaints == []


def press(page: Page, *keys: str) -> None:
    """Press keys one after the other, once the page answers to them."""
    page.wait_for_load_state()
    for key in keys:
        page.keyboard.press(key)


def line(page: Page, number: int) -> Locator:
    """Return a line of the form that is open, counted from 1."""
    return page.locator("table[data-lines] tbody tr").nth(number - 1)


def fill_line(page: Page, number: int, head: str, amount: str, paid: str) -> None:
    """Fill in an expense of a hospital of the third level."""
    row = line(page, number)
    row.get_by_label("项目").select_option(label=head)
    row.get_by_label("发生日期").fill("2025-09-24")
    row.get_by_label("金额（元）").fill(amount)
    row.get_by_label("医保已付（元）").fill(paid)
    row.get_by_label("医院等级").fill("三级")


def open_tab(page: Page, name: str) -> Locator:
    """Open a tab of the case and return what it holds."""
    tab = page.locator(".tab", has_text=name)
    tab.click()
    # The address changes together with what is shown.
    page.wait_for_url(f"**{tab.get_attribute('href')}")
    return page.locator("#tab")


def amounts(place: Locator) -> list[str]:
    """Return the amounts shown here, as a program writes them but for the commas."""
    shown = place.locator("td .money").all_inner_texts()
    return [text.replace("¥\u00a0", "").replace("\N{MINUS SIGN}", "-") for text in shown]


def expect_toast(page: Page, text: str) -> None:
    expect(page.locator("[data-toast]").filter(has_text=text)).to_be_visible()


def take(page: Page, number: str) -> None:
    """Find the claim on the worklist and take its task, with the keyboard alone."""
    press(page, "g", "w")
    expect(page.get_by_role("heading", name="我的待办")).to_be_visible()
    expect(page.locator(".row-link")).to_have_text([number])
    press(page, "j")
    expect(page.locator(".row-link")).to_be_focused()
    press(page, "a")
    expect(page.locator(".case-head h1")).to_have_text(number)


def choose(page: Page, option: str) -> None:
    """Go to an option with the keyboard and choose it."""
    page.get_by_label(option, exact=True).focus()
    press(page, "Space")


def test_a_claim_is_worked_from_report_to_closing(policy: Policy, sit: Sit) -> None:
    service = sit("zhouting")
    number = _report(service, policy.number)
    handler = sit("zhaomin")
    _handle(handler, number)
    _approve(sit("chenjing"), number)
    payment = _pay(sit("zhengyi"))
    _visit(service, number)
    _read_the_history(handler, number, policy.number, payment)


def _report(page: Page, policy: str) -> str:
    press(page, "c")
    expect(page.get_by_role("heading", name="报案登记")).to_be_visible()
    page.get_by_label("保单号").fill(policy)
    page.get_by_label("出险时间").fill("2025-09-24T09:30")
    page.get_by_label("疾病").check()
    page.get_by_label("报案人").fill("王芳")
    page.get_by_label("联系电话").fill("13800000000")
    fill_line(page, 1, "手术费", "48000.00", "16000.50")
    fill_line(page, 2, "药品费", "36345.678", "6345.67")
    expect(page.locator("[data-draft-status][data-state=saved]")).to_be_visible()
    with page.expect_response(
        lambda answer: "急性阑尾炎" in (answer.request.post_data or "")
    ) as kept:
        page.get_by_label("事故经过").fill("急性阑尾炎，住院手术。")
    assert kept.value.ok

    page.reload()
    expect(page.get_by_text("这是上次保存的草稿")).to_be_visible()
    expect(page.get_by_label("事故经过")).to_have_value("急性阑尾炎，住院手术。")
    expect(page.get_by_label("出险时间")).to_have_value("2025-09-24T09:30")
    expect(line(page, 1).get_by_label("金额（元）")).to_have_value("48000.00")

    # Money has cents, nothing smaller: the refusal stands in the cell, what was typed is kept.
    page.get_by_role("button", name="登记报案").click()
    wrong = page.locator("td[data-problem]")
    expect(wrong).to_have_count(1)
    expect(wrong.get_by_label("金额（元）")).to_have_value("36345.678")
    expect(wrong.locator(".field-problem")).to_contain_text("小数")
    expect(page.get_by_label("报案人")).to_have_value("王芳")

    wrong.get_by_label("金额（元）").fill("36345.67")
    press(page, "Control+Enter")
    expect_toast(page, "已受理")
    return page.locator(".case-head h1").inner_text()


def _handle(page: Page, number: str) -> None:
    _switch_language_and_back(page)
    take(page, number)

    tab = open_tab(page, "单证")
    tab.get_by_label("单证种类").select_option(label="医疗费用票据与清单")
    tab.locator("input[type=file]").set_input_files(
        {"name": "发票.pdf", "mimeType": "application/pdf", "buffer": PAPER}
    )
    expect(tab.locator("[data-files]")).to_have_text("发票.pdf")
    tab.get_by_role("button", name="添加").click()
    expect_toast(page, "已收到 1 个文件。")
    expect(page.get_by_role("link", name="发票.pdf")).to_be_visible()
    # The first document starts the clock: five working days, the holiday between.
    expect(page.locator(".clocks")).to_contain_text("第二十三条")

    task = open_tab(page, "当前任务")
    expect(task.locator(".panel-head")).to_contain_text("剩 5 个工作日")
    expect(task.get_by_role("button", name="提交")).to_contain_text("Ctrl")
    choose(page, "资料齐全")
    press(page, "Control+Enter")
    expect_toast(page, "“单证审核”已提交。")

    press(page, "a")
    choose(page, "属于保险责任")
    press(page, "Control+Enter")
    expect_toast(page, "“责任认定”已提交。")

    _expect_sheet(page)
    open_tab(page, "当前任务")
    press(page, "a")
    page.get_by_label("复核意见").fill("已逐行核对。")
    press(page, "Control+Enter")
    expect_toast(page, "“理算复核”已提交。")

    # What she has assessed is for somebody else to approve.
    expect(page.locator("#tab")).to_contain_text("由 理赔主管 办理。")
    expect(page.locator("#tab form")).to_have_count(0)
    expect(page.get_by_role("link", name="审批")).to_have_count(0)
    page.goto("/approvals/")
    expect(page.get_by_role("heading", name="不能办理")).to_be_visible()


def _switch_language_and_back(page: Page) -> None:
    for language, lang, title in (
        ("English", "en", "My work"),
        ("简体中文", "zh-hans", "我的待办"),
    ):
        page.locator(".bar details.menu summary").last.click()
        page.get_by_role("button", name=language).click()
        expect(page.locator("html")).to_have_attribute("lang", lang)
        expect(page.get_by_role("heading", name=title)).to_be_visible()


def _expect_sheet(page: Page) -> None:
    sheet = open_tab(page, "理算书").locator(".sheet")
    # Claimed; what social insurance paid and the deductible; allowed; paid.
    assert [amounts(row) for row in sheet.locator("tbody tr").all()] == [
        ["48,000.00", "-16,000.50", "-10,000.00", "48,000.00", "21,999.50"],
        ["36,345.67", "-6,345.67", "36,345.67", "30,000.00"],
    ]
    assert amounts(sheet.locator("tfoot")) == ["84,345.67", "84,345.67", "51,999.50"]
    expect(sheet.locator(".sheet-total")).to_contain_text("伍万壹仟玖佰玖拾玖元伍角")


def _approve(page: Page, number: str) -> None:
    press(page, "g", "a")
    expect(page.locator(".row-link")).to_have_text([number])
    press(page, "j")
    press(page, "x")
    expect(page.locator("[data-chosen-bar]")).to_contain_text("51,999.50")
    page.get_by_role("button", name="预览批量审批…").click()
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("“核赔审批”通过")
    dialog.get_by_label("审批意见").fill("同意。")
    dialog.get_by_role("button", name="批准 1 件").click()
    expect_toast(page, "已批准 1 件。")
    expect(page.get_by_text("没有待审批的事项")).to_be_visible()


def _pay(page: Page) -> str:
    page.get_by_role("link", name="管理").click()
    page.get_by_role("link", name="付款").click()
    expect(page.locator("tfoot .money")).to_have_text("¥\u00a051,999.50")
    page.get_by_role("button", name="制作付款文件").click()
    expect_toast(page, "1 笔，合计 51,999.50 元")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载").click()
    [sent, total] = csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8")))
    assert (sent["amount"], total["amount"]) == ("51999.50", "51999.50")

    answer = f"number,amount,result,reason\n{sent['number']},{sent['amount']},PAID,\n"
    page.locator("input[type=file]").set_input_files(
        {"name": "回执.csv", "mimeType": "text/csv", "buffer": answer.encode()}
    )
    page.get_by_role("button", name="登记回执").click()
    expect(page.get_by_text("1 行已登记，0 行未采用。")).to_be_visible()
    page.goto(page.url)
    expect(page.get_by_text("没有待支付的赔款")).to_be_visible()
    return sent["number"]


def _visit(page: Page, number: str) -> None:
    take(page, number)
    page.get_by_label("满意", exact=True).check()
    page.get_by_label("回访记录").fill("已收到赔款，无疑问。")
    press(page, "Control+Enter")
    expect_toast(page, "“理赔回访”已提交。")
    expect(page.locator(".case-head")).to_contain_text("已结案")


def _read_the_history(page: Page, number: str, policy: str, payment: str) -> None:
    page.go_back()
    entries = open_tab(page, "时间线").locator(".timeline-entry > p:first-of-type")
    shown = entries.all_inner_texts()
    told = [sentence for sentence in reversed(shown) if not MACHINERY.search(sentence)]
    assert told == [
        f"周婷 受理报案 {number}（84345.67 元）",
        f"{number} 立案，保单 {policy}",
        "周婷 拟定《理赔受理通知书》",
        "案件分流：普通案件",
        "赵敏 收到单证“医疗费用票据与清单”",
        "收到资料 1 份",
        "赵敏 审核单证，资料齐全",
        "赵敏 认定属于保险责任",
        "第 1 次理算：申请 84345.67 元，应付 51999.50 元",
        "赵敏 复核理算书，应付 51999.50 元",
        "陈静 核赔同意 51999.50 元",
        "陈静 拟定《理赔决定通知书》",
        "作出理赔决定，给付 51999.50 元",
        "支付指令：51999.50 元",
        f"付款 {payment} 已送银行，51999.50 元",
        "已支付 51999.50 元",
        "周婷 完成回访",
        "结案，累计赔付 51999.50 元",
    ]
    expect(page.locator(".proof")).to_contain_text(f"{len(shown)} 条记录，指纹相符")


def test_worklist_and_case_fit_a_phone(claim: Claim, sit: Sit) -> None:
    page = sit("zhaomin", PHONE)
    rooms = ("", "documents/", "sheet/", "decisions/", "payments/", "messages/", "timeline/")
    addresses = ["/", *(f"/claims/{claim.number}/{room}" for room in rooms)]
    wide = {}
    for address in addresses:
        page.goto(address)
        expect(page.locator("main")).to_be_visible()
        wide[address] = page.evaluate("document.documentElement.scrollWidth")
    assert wide == dict.fromkeys(addresses, 390)
