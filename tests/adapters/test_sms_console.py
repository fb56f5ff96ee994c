import logging

import pytest

from baocheng.adapters.sms_console import ConsoleSms
from baocheng.engine.messaging.port import Outgoing
from baocheng.kernel.ids import new_id


def test_send_logs_the_text_with_its_recipient_masked(caplog: pytest.LogCaptureFixture) -> None:
    message = Outgoing(id=new_id(), recipient="13800001234", subject="", body="已受理。")

    with caplog.at_level(logging.INFO):
        receipt = ConsoleSms().send(message)

    assert receipt.provider_id == f"console-{message.id}"
    assert caplog.messages == ["138****1234 ← 已受理。"]
