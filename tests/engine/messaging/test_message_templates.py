import pytest

from baocheng.engine.documents.variables import take
from baocheng.engine.messaging.message_templates import MessageTemplate, parse_message
from baocheng.engine.publishing.findings import Unreadable

SOURCE = """key: claim_decided
title: 理赔决定通知
channels: [sms, email]
subject: 赔案 {number} 的决定
text: >-
  【保程】{customer_name}：赔案 {number} 给付 {total} 元（{total_words}），附 {items}。
variables:
  number: {sample: C1}
  customer_name: {sample: 王芳}
  total: {type: amount, sample: "1.00"}
  items: {type: list, sample: [决定书]}
  note: {sample: x, optional: true}
"""


def message(source: str = SOURCE) -> MessageTemplate:
    return parse_message("claims/decided.message.yaml", source)


def findings_of(source: str) -> list[tuple[str, str, int]]:
    with pytest.raises(Unreadable) as unreadable:
        message(source)
    return [(one.code, one.sentence, one.line) for one in unreadable.value.findings]


def test_write_fills_subject_and_text() -> None:
    template = message()
    values = take(
        template.title,
        template.variables,
        {"number": "C1", "customer_name": "{x}", "total": "12860", "items": ["决定书", "理算书"]},
    )

    assert template.write(values) == (
        "赔案 C1 的决定",
        "【保程】{x}：赔案 C1 给付 12,860.00 元（壹万贰仟捌佰陆拾元整），附 决定书、理算书。",
    )


def test_the_title_is_the_subject_where_none_is_given() -> None:
    assert message(SOURCE.replace("subject: 赔案 {number} 的决定\n", "")).subject == "理赔决定通知"


def test_parse_message_finds_unknown_variables() -> None:
    assert findings_of(SOURCE.replace("{customer_name}：", "{custmer_name}：")) == [
        ("messaging.unknown_variable", "变量“custmer_name”没有声明，是否为 customer_name？", 5)
    ]


@pytest.mark.parametrize("bad", ["{total:.2f}", "{total.real}", "{items[0]}", "{}", "{note}"])
def test_parse_message_takes_plain_and_needed_variables_only(bad: str) -> None:
    ((code, _sentence, line),) = findings_of(SOURCE.replace("{total}", bad))

    assert (code, line) == ("messaging.message_invalid", 5)


def test_parse_message_finds_a_brace_left_open() -> None:
    ((code, _sentence, _line),) = findings_of(SOURCE.replace("{total}", "{total"))

    assert code == "messaging.message_invalid"


def test_parse_message_reports_everything_at_once() -> None:
    source = SOURCE.replace("key: claim_decided\n", "").replace("[sms, email]", "[sms, emial]")

    assert findings_of(source + "colour: red\n") == [
        ("messaging.message_invalid", "不认识的属性“colour”。", 12),
        ("messaging.message_invalid", "缺少“key”。", 1),
        ("messaging.message_invalid", "发送渠道“emial”不存在，是否为 email？", 2),
    ]


def test_parse_message_of_broken_yaml_says_so() -> None:
    assert findings_of("key: [a\n")[0][0] == "messaging.message_invalid"
