import smtplib
import socketserver
import threading
from collections.abc import Iterator

import pytest
from django.core import mail

from baocheng.adapters.email_smtp import SmtpEmail
from baocheng.engine.messaging.port import Attachment, DeliveryFailed, Outgoing
from baocheng.kernel.ids import new_id


def outgoing(recipient: str = "wang@example.com", subject: str = "理赔决定通知") -> Outgoing:
    return Outgoing(
        id=new_id(),
        recipient=recipient,
        subject=subject,
        body="已有决定。",
        attachments=[Attachment("决定书.pdf", "application/pdf", lambda: b"%PDF-1.7")],
    )


class OneMailServer(socketserver.StreamRequestHandler):
    """Speaks just enough SMTP, and answers RCPT with what the server was told."""

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"RCPT":
                self.wfile.write(self.server.answer)  # type: ignore[attr-defined]
            elif verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() != b".\r\n":
                    pass
                self.wfile.write(b"250 kept\r\n")
            else:
                self.wfile.write(b"250 ok\r\n")
            if verb == b"QUIT":
                return


@pytest.fixture
def server() -> Iterator[socketserver.ThreadingTCPServer]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), OneMailServer) as running:
        running.daemon_threads = True
        running.answer = b"250 ok\r\n"  # type: ignore[attr-defined]
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def channel_to(server: socketserver.ThreadingTCPServer) -> SmtpEmail:
    port = server.server_address[1]
    return SmtpEmail(sender="保程 <claims@example.com>", url=f"smtp://127.0.0.1:{port}")


def test_send_writes_one_mail_with_its_attachment_and_a_lasting_id() -> None:
    message = outgoing()

    receipt = SmtpEmail(sender="保程 <claims@example.com>").send(message)

    (sent,) = mail.outbox
    assert receipt.provider_id == f"<{message.id}@example.com>"
    assert sent.extra_headers["Message-ID"] == receipt.provider_id
    assert (sent.to, sent.subject, sent.body) == (
        ["wang@example.com"],
        "理赔决定通知",
        "已有决定。",
    )
    assert sent.attachments[0][:2] == ("决定书.pdf", b"%PDF-1.7")


def test_send_speaks_to_the_server_of_the_address(server: socketserver.ThreadingTCPServer) -> None:
    # The suite replaces Django's mail backend; an address brings its own.
    message = outgoing()

    assert channel_to(server).send(message).provider_id == f"<{message.id}@example.com>"
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("answer", "is_temporary"), [(b"550 no such user\r\n", False), (b"450 try later\r\n", True)]
)
def test_a_refused_recipient_is_final_unless_the_server_says_later(
    server: socketserver.ThreadingTCPServer, answer: bytes, is_temporary: bool
) -> None:
    server.answer = answer  # type: ignore[attr-defined]

    with pytest.raises(DeliveryFailed) as refused:
        channel_to(server).send(outgoing())

    assert refused.value.is_temporary is is_temporary
    assert isinstance(refused.value.__cause__, smtplib.SMTPRecipientsRefused)


def test_a_server_that_is_away_is_a_passing_failure() -> None:
    with pytest.raises(DeliveryFailed) as refused:
        SmtpEmail(sender="a@example.com", url="smtp://127.0.0.1:1").send(outgoing())

    assert refused.value.is_temporary


def test_a_line_break_in_the_subject_is_refused_for_good() -> None:
    with pytest.raises(DeliveryFailed) as refused:
        SmtpEmail(sender="a@example.com").send(outgoing(subject="x\nBcc: all@example.com"))

    assert not refused.value.is_temporary
    assert mail.outbox == []
