"""A chapter in Markdown becomes clauses with the marks of what executes them."""

import pytest

from baocheng.desk.chapters import contents, page_of
from baocheng.engine.publishing.handbook import Handbook
from baocheng.kernel.problems import NotFound

TEXT = """# 第四章 理赔与客服

## 理赔流程

4.1.1 接到报案应当立即登记。[理赔处理](process:claim_handling)

材料不完整的，**一次性**通知补充 <b>。
[核定时限](clock:claim_decision) [补充通知](letter:claim_supplement)
"""
BOOK = Handbook(
    {"4_claims.md": TEXT, "5_data.md": "# 第五章 数据与信息\n\n5.1 一条。", "x.csv": ""}
)


def test_contents_are_in_the_order_of_the_files() -> None:
    found = [(one.key, one.number, one.title) for one in contents(BOOK)]

    assert found == [("4_claims", "第四章", "理赔与客服"), ("5_data", "第五章", "数据与信息")]


def test_clauses_have_numbers_and_marks() -> None:
    heading, first, second = page_of(BOOK, "4_claims").clauses

    assert (heading.level, heading.text) == (2, "理赔流程")
    assert (first.number, first.text) == ("4.1.1", "接到报案应当立即登记。")
    assert [(mark.label, mark.url) for mark in first.marks] == [
        ("理赔处理", "/handbook/process/claim_handling/")
    ]
    assert [mark.url for mark in second.marks] == [
        "/handbook/clocks/#claim_decision",
        "/handbook/letter/claim_supplement/",
    ]


def test_only_emphasis_becomes_markup() -> None:
    text = page_of(BOOK, "4_claims").clauses[2].text

    assert text == "材料不完整的，<strong>一次性</strong>通知补充 &lt;b&gt;。"


def test_pages_can_be_turned() -> None:
    page = page_of(BOOK, "4_claims")

    assert page.previous is None
    assert page.next is not None
    assert page.next.url == "/handbook/chapter/5_data/"


def test_chapter_that_is_not_there_is_refused() -> None:
    with pytest.raises(NotFound):
        page_of(BOOK, "6_none")
