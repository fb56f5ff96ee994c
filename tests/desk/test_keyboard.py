"""What a person does with the keyboard, in a real browser, on pages served from memory."""

from collections.abc import Iterator
from mimetypes import guess_type
from pathlib import Path
from shutil import which
from typing import Any
from urllib.parse import urlparse

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory
from playwright.sync_api import sync_playwright

from baocheng.kernel import time
from baocheng.settings.security import POLICY
from desk.samples import NOW, PAGES, SHELL

CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed."),
]
HOST = "http://desk.test"


class Desk:
    """One open page, with what it asked of its server."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.asked: list[tuple[str, str, str]] = []
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)
        page.route("**/*", self._answer)

    def _hear(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def _answer(self, route: Any) -> None:
        address = urlparse(route.request.url)
        name = address.path.strip("/")
        if address.path.startswith("/static/"):
            file = Path(str(finders.find(address.path.removeprefix("/static/"))))
            route.fulfill(body=file.read_bytes(), content_type=guess_type(file)[0])
            return
        self.asked.append((route.request.method, address.path, route.request.post_data or ""))
        template, context = PAGES.get(name, PAGES["problem"])
        with time.frozen(NOW):
            body = render_to_string(
                template, {"shell": SHELL, **context}, RequestFactory().get("/")
            )
        route.fulfill(
            body=body,
            content_type="text/html; charset=utf-8",
            headers={"Content-Security-Policy": POLICY},
        )

    def open(self, name: str) -> Any:
        self.page.goto(f"{HOST}/{name}")
        self.asked.clear()
        return self.page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def focused(self) -> str:
        return str(self.page.evaluate("document.activeElement.textContent.trim()"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def desk(browser: Any) -> Iterator[Desk]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    desk = Desk(context.new_page())
    yield desk
    complaints = desk.complaints
    context.close()
    assert complaints == []


def test_j_and_k_move_along_the_rows_and_enter_opens_one(desk: Desk) -> None:
    desk.open("worklist")

    desk.press("j", "j", "k", "j")
    here = desk.focused()
    desk.press("Enter")
    desk.page.wait_for_url("**/claims/1")

    assert here == "C25110100012453"


def test_a_takes_the_current_row(desk: Desk) -> None:
    desk.open("worklist")

    desk.press("j", "j", "j", "j", "a")
    desk.page.wait_for_url("**/claim")

    assert [(method, path) for method, path, _ in desk.asked] == [("POST", "/claim")]


def test_x_chooses_rows_and_the_bar_adds_them_up(desk: Desk) -> None:
    page = desk.open("approvals")

    desk.press("j", "x", "j", "j", "x")

    assert page.inner_text("[data-chosen-bar] span") == "已选 2 件，合计 ¥\u00a017,160.00"


def test_g_then_a_letter_goes_there(desk: Desk) -> None:
    desk.open("worklist")

    desk.press("g", "p")
    desk.page.wait_for_url("**/policies")


def test_letters_typed_into_a_field_are_text(desk: Desk) -> None:
    page = desk.open("customers")

    page.fill("input[name=q]", "")
    page.keyboard.type("jkg?/")

    assert page.input_value("input[name=q]") == "jkg?/"
    assert page.query_selector("dialog[open]") is None


def test_shortcuts_can_be_turned_off(desk: Desk) -> None:
    page = desk.open("worklist")
    page.click(".bar .menu summary")
    page.click("[data-switch='shortcuts:off']")
    desk.open("worklist")

    desk.press("j", "?")

    assert page.query_selector("dialog[open]") is None
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_question_mark_lists_what_this_page_answers_to(desk: Desk) -> None:
    page = desk.open("case-tasks")

    desk.press("?")

    shown = page.inner_text("#keys [data-keys]")
    assert "上一件" in shown
    assert "领取" in shown
    desk.press("Escape")
    assert page.query_selector("dialog[open]") is None


def test_palette_finds_and_opens_with_the_keyboard_alone(desk: Desk) -> None:
    page = desk.open("worklist")

    desk.press("Control+k")
    desk.press("ArrowDown", "ArrowDown", "Enter")

    page.wait_for_url("**/approvals")


def compose(page: Any, selector: str, key: str) -> bool:
    """Press a key as an input method reports it while composing; tell whether it was stopped."""
    return bool(
        page.evaluate(
            """([selector, key]) => !document.querySelector(selector).dispatchEvent(
                new KeyboardEvent("keydown",
                    {key, bubbles: true, cancelable: true, isComposing: true}))""",
            [selector, key],
        )
    )


def test_keys_of_an_input_method_are_left_alone(desk: Desk) -> None:
    page = desk.open("case-tasks")
    cell = "table[data-lines] tbody tr:last-child [data-column=name]"
    before = page.locator("table[data-lines] tbody tr").count()

    assert not compose(page, cell, "Enter")
    assert not compose(page, "textarea", "Enter")
    assert page.locator("table[data-lines] tbody tr").count() == before
    assert desk.asked == []


def test_control_enter_submits_the_form_one_is_in(desk: Desk) -> None:
    page = desk.open("case-tasks")

    page.focus("textarea[name=reasons]")
    desk.press("Control+Enter")
    page.wait_for_url("**/task")

    assert [(method, path) for method, path, _ in desk.asked] == [("POST", "/task")]


def test_what_is_typed_is_saved_as_a_draft(desk: Desk) -> None:
    page = desk.open("case-tasks")

    page.focus("textarea[name=reasons]")
    page.keyboard.type("补充")
    page.wait_for_selector("[data-draft-status][data-state=saved]")

    [(method, path, body)] = desk.asked
    assert (method, path) == ("POST", "/draft")
    assert "补充" in body


def test_rows_pasted_from_a_spreadsheet_fill_the_lines(desk: Desk) -> None:
    page = desk.open("case-tasks")
    page.focus("table[data-lines] tbody tr:nth-child(2) [data-column=name]")

    page.evaluate(
        """() => {
          const clipboard = new DataTransfer();
          clipboard.setData("text/plain", [
            "手术费\\t药品\\t¥1,234.50\\t0", "麻醉费\\t药品\\t100\\t", "材料\\t床位\\t65.5\\t",
          ].join("\\n"));
          document.activeElement.dispatchEvent(new ClipboardEvent("paste",
            {clipboardData: clipboard, bubbles: true, cancelable: true}));
        }"""
    )

    names = page.eval_on_selector_all(
        "table[data-lines] tbody [data-column=name]", "cells => cells.map(cell => cell.value)"
    )
    fields = page.eval_on_selector_all(
        "table[data-lines] tbody tr:last-child [data-column]",
        "cells => cells.map(cell => cell.name)",
    )
    assert names == ["床位费", "手术费", "麻醉费", "材料"]
    assert fields == ["lines.3.name", "lines.3.kind", "lines.3.amount", "lines.3.other"]
    assert page.inner_text("[data-sum=amount]") == "¥\u00a02,600.00"


def test_theme_is_switched_at_once_and_remembered(desk: Desk) -> None:
    page = desk.open("worklist")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)

    page.click(".bar .menu summary")
    page.click("[data-switch='theme:dark']")

    assert page.evaluate(ground) != light
    assert "theme=dark" in page.evaluate("document.cookie")


def test_every_page_fits_a_phone(desk: Desk) -> None:
    desk.page.set_viewport_size({"width": 360, "height": 740})

    too_wide = [
        name
        for name in PAGES
        if not name.endswith("dialog")
        and desk.open(name).evaluate("document.documentElement.scrollWidth") > 360
    ]

    assert too_wide == []
