"""The claim letters as customers get them, from their own samples."""

from datetime import date
from pathlib import Path

import pypdfium2
import pytest

import baocheng
from baocheng.engine.documents.letter_templates import (
    LetterTemplate,
    check_letter,
    parse_letter,
    render_letter,
)
from baocheng.engine.documents.variables import samples, take
from baocheng.engine.messaging.message_templates import parse_message

CLAIMS = Path(baocheng.__file__).parent / "handbook" / "claims"
LETTERS = {
    path.name.partition(".")[0]: parse_letter(path.name, path.read_text())
    for path in (CLAIMS / "letters").glob("*.letter.typ")
}
MESSAGES = sorted((CLAIMS / "messages").glob("*.message.yaml"))


def text_of(template: LetterTemplate, *, with_optional: bool = True) -> str:
    values = samples(template.variables, with_optional=with_optional)
    (page,) = pypdfium2.PdfDocument(render_letter(template, values, on=date(2025, 9, 12)))
    return str(page.get_textpage().get_text_bounded()).replace("\r\n", "")


@pytest.mark.parametrize("key", sorted(LETTERS))
def test_letter_is_sound_and_named_after_its_file(key: str) -> None:
    assert LETTERS[key].key == key
    assert list(check_letter(LETTERS[key])) == []


@pytest.mark.parametrize("key", sorted(LETTERS))
def test_letter_fits_a_page_and_names_customer_claim_and_company(key: str) -> None:
    for with_optional in (True, False):
        text = text_of(LETTERS[key], with_optional=with_optional)

        assert "尊敬的 王芳 客户" in text
        assert "C31010125000012" in text
        assert "保程示范保险股份有限公司 上海分公司2025 年 9 月 12 日" in text
        assert "none" not in text


@pytest.mark.parametrize("key", sorted(LETTERS))
def test_letter_is_kept_ten_years_after_the_policy(key: str) -> None:
    retention = LETTERS[key].retention

    assert retention.ends_on(date(2025, 9, 12), {"policy_ends_on": "2026-03-31"}) == date(
        2036, 3, 31
    )


def test_decision_shows_the_calculation_and_the_amount_in_words() -> None:
    text = text_of(LETTERS["claim_decision"])

    assert "12,860.00 元（大写：壹万贰仟捌佰陆拾元整）" in text
    assert "住院医疗费 38,600.00 25,740.00" in text
    assert "合计 39,020.50 12,860.00" in text
    assert "条款第六条第二款" in text


def test_refusal_gives_law_facts_clause_reasons_and_remedies() -> None:
    text = text_of(LETTERS["claim_refusal"])

    for part in ("第二十四条", "查明的事实", "条款第五条", "1. 保险事故发生在等待期内", "诉讼"):
        assert part in text


@pytest.mark.parametrize("missing", ["clause_id", "clause_text", "facts", "reasons"])
def test_refusal_without_clause_facts_or_reasons_is_not_written(missing: str) -> None:
    template = LETTERS["claim_refusal"]
    values = samples(template.variables) | {missing: None}

    with pytest.raises(Exception, match="拒绝给付保险金通知书") as refused:
        take(template.title, template.variables, values)

    assert refused.value.code == "documents.value_missing"  # type: ignore[attr-defined]


def test_supplement_says_that_it_is_the_only_one_and_that_the_clock_stands() -> None:
    text = text_of(LETTERS["claim_supplement"])

    assert "第二十二条" in text
    assert "一次性告知全部需要补充的资料" in text
    assert "不计入核定期限" in text


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.name.partition(".")[0])
def test_message_is_sound_signed_and_short(path: Path) -> None:
    template = parse_message(path.name, path.read_text())

    subject, text = template.write(samples(template.variables))
    assert template.key == path.name.partition(".")[0]
    assert subject.endswith("（赔案号 C31010125000012）")
    assert text.startswith("【保程保险】尊敬的王芳：赔案") or "赔案号 C31010125000012" in text
    assert len(text) <= 140  # two parts of a long text message
