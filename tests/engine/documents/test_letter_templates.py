from datetime import date

import pypdfium2
import pytest

from baocheng.engine.documents.letter_templates import (
    LetterTemplate,
    Retention,
    check_letter,
    parse_letter,
    render_letter,
)
from baocheng.engine.documents.typesetting import NotTypeset
from baocheng.engine.documents.variables import samples, take
from baocheng.engine.publishing.findings import Finding, Unreadable

FRONT = """/*---
key: decision
title: 理赔决定通知书
channels: [email]
retention: {years: 10, from: ends_on, basis: 保险法第八十七条}
variables:
  number: {label: 赔案号, sample: C110101250000123}
  customer_name: {label: 客户姓名, sample: 王芳}
  company_name: {label: 公司, sample: 示范保险股份有限公司}
  total: {type: amount, label: 赔付金额, sample: "12860.05"}
  ends_on: {type: date, label: 合同终止日, sample: 2026-03-31, optional: true}
---*/
#import "/letter_style.typ": *
#show: letter
"""
BODY = """
#addressee(values.customer_name)

赔付人民币 #values.total 元（大写：*#values.total_words*）。 // values.ignored

#signature()
"""


def letter(body: str = BODY, front: str = FRONT) -> LetterTemplate:
    return parse_letter("claims/decision.letter.typ", front + body)


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def findings_of(front: str) -> set[tuple[str, str, int]]:
    with pytest.raises(Unreadable) as unreadable:
        letter(front=front)
    return {(one.place, one.sentence, one.line) for one in unreadable.value.findings}


def test_parse_letter_reads_the_declarations() -> None:
    template = letter()

    assert (template.key, template.title, template.channels) == (
        "decision",
        "理赔决定通知书",
        ("email",),
    )
    assert template.retention == Retention(
        years=10, basis="保险法第八十七条", counted_from="ends_on"
    )
    assert list(template.variables) == [
        "number",
        "customer_name",
        "company_name",
        "total",
        "ends_on",
    ]


def test_check_letter_finds_nothing_in_a_good_letter() -> None:
    assert list(check_letter(letter())) == []


def test_render_letter_shows_name_amount_and_words() -> None:
    template = letter()
    values = take(
        template.title,
        template.variables,
        {
            "number": "C1",
            "customer_name": "欧阳娜娜",
            "company_name": "示范保险",
            "total": "1680.32",
        },
    )

    text = text_of(render_letter(template, values, on=date(2025, 9, 26)))

    assert "尊敬的 欧阳娜娜 客户" in text
    assert "1,680.32 元" in text
    assert "壹仟陆佰捌拾元叁角贰分" in text
    assert "编号：C1" in text
    assert "2025 年 9 月 26 日" in text
    assert "第 1 页，共 1 页" in text


def test_render_letter_is_pdf_a_and_the_same_every_time() -> None:
    template = letter()

    once, again = (
        render_letter(template, samples(template.variables), on=date(2025, 9, 26))
        for _time in range(2)
    )

    assert once == again
    assert once.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in once


def test_render_letter_takes_markup_in_a_value_as_text() -> None:
    template = letter()
    values = samples(template.variables) | {"customer_name": '#panic("x") *王*'}

    assert '#panic("x") *王*' in text_of(render_letter(template, values, on=date(2025, 9, 26)))


def test_render_letter_without_a_needed_value_is_refused() -> None:
    template = letter("#(values.ends_on + 1)")

    with pytest.raises(NotTypeset):
        render_letter(template, samples(template.variables), on=date(2025, 9, 26))


def test_check_letter_finds_every_unknown_variable() -> None:
    template = letter("#values.custmer_name\n#values.total_words #values.zzz")

    assert list(check_letter(template)) == [
        Finding(
            "claims/decision.letter.typ",
            "custmer_name",
            "documents.unknown_variable",
            "变量“custmer_name”没有声明，是否为 customer_name？",
            15,
        ),
        Finding(
            "claims/decision.letter.typ",
            "zzz",
            "documents.unknown_variable",
            "变量“zzz”没有声明。",
            16,
        ),
    ]


def test_check_letter_finds_what_does_not_typeset() -> None:
    (finding,) = check_letter(letter("\n\n#nonsense()"))

    assert (finding.code, finding.line) == ("documents.letter_broken", 17)
    assert finding.sentence == "用示例数据生成信函时出错：unknown variable: nonsense"


def test_check_letter_tries_without_the_optional_values() -> None:
    (finding,) = check_letter(letter("#values.ends_on.len()"))

    assert finding.code == "documents.letter_broken"


def test_check_letter_finds_a_font_that_is_not_there() -> None:
    (finding,) = check_letter(letter('#text(font: "SimSun")[字]'))

    assert finding.sentence == "用示例数据生成信函时出错：unknown font family: simsun"


def test_check_letter_refuses_other_files() -> None:
    template = letter('#import "@preview/tablex:0.0.1": x\n#include "/etc/passwd"')

    assert [(one.code, one.place) for one in check_letter(template)] == [
        ("documents.letter_import", "@preview/tablex:0.0.1"),
        ("documents.letter_import", "/etc/passwd"),
    ]


def test_parse_letter_reports_everything_at_once() -> None:
    front = FRONT.replace("title: 理赔决定通知书", "titel: x").replace(
        "years: 10, from: ends_on", "from: end_on"
    )

    assert findings_of(front) == {
        ("titel", "不认识的属性“titel”，是否为 title？", 3),
        ("title", "缺少“title”。", 1),
        ("retention", "缺少保存年限 years 或其依据 basis。", 5),
        ("retention", "保存期限的起算日“end_on”应是已声明的日期变量，是否为 ends_on？", 5),
    }


def test_parse_letter_wants_declarations_in_front() -> None:
    assert len(findings_of('#import "/letter_style.typ": *\n')) == 1


def test_parse_letter_points_at_the_line_of_broken_yaml() -> None:
    (finding,) = findings_of("/*---\nkey: [a\n---*/\n")

    assert finding[2] == 2


@pytest.mark.parametrize(
    ("written_on", "ends_on", "last_day"),
    [
        (date(2025, 9, 26), "2026-03-31", date(2036, 3, 31)),
        (date(2025, 9, 26), "2024-03-31", date(2035, 9, 26)),
        (date(2025, 9, 26), None, date(2035, 9, 26)),
        (date(2024, 2, 29), None, date(2034, 3, 1)),
    ],
)
def test_retention_counts_from_the_later_day(
    written_on: date, ends_on: str | None, last_day: date
) -> None:
    retention = Retention(years=10, basis="保险法第八十七条", counted_from="ends_on")

    assert retention.ends_on(written_on, {"ends_on": ends_on}) == last_day
