"""E-mail through an SMTP server, sent with Django's mail."""

import smtplib
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from django.core.mail import BadHeaderError, EmailMessage, get_connection

from baocheng.engine.messaging.port import DeliveryFailed, Outgoing, Receipt
from baocheng.kernel.text import _


class SmtpEmail:
    """Sends from `sender` through the server at `url`.

    Args:
        url: `smtp://user:password@host:587?tls=starttls`; `smtps://` speaks TLS from the start.
            Left empty, Django's EMAIL_BACKEND is used.
    """

    def __init__(self, *, sender: str, url: str = "") -> None:
        self._sender = sender
        self._connection = _connection_options(url)

    def send(self, message: Outgoing) -> Receipt:
        """Send `message` with its attachments.

        Raises:
            DeliveryFailed: temporary unless the server refused the recipient or the message.
        """
        # The same id however often it is tried: a mail program shows a repeated one once.
        message_id = f"<{message.id}@{self._sender.rpartition('@')[2].rstrip('>')}>"
        mail = EmailMessage(
            subject=message.subject,
            body=message.body,
            from_email=self._sender,
            to=[message.recipient],
            headers={"Message-ID": message_id},
            connection=get_connection(**self._connection),
        )
        for attachment in message.attachments:
            mail.attach(attachment.name, attachment.read(), attachment.mime)
        _send(mail)
        return Receipt(message_id)


def _send(mail: EmailMessage) -> None:
    try:
        mail.send()
    except BadHeaderError as error:
        raise DeliveryFailed(_("地址或主题中有不允许的字符。"), is_temporary=False) from error
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        raise _refused(code, answer) from error
    except smtplib.SMTPAuthenticationError as error:
        # Our own account is at fault, not the recipient's: it will be mended.
        raise DeliveryFailed(_("邮件服务器拒绝登录。"), is_temporary=True) from error
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, error.smtp_error) from error
    except OSError as error:
        raise DeliveryFailed(_("邮件服务器无法连接。"), is_temporary=True) from error


def _refused(code: int, answer: bytes | str) -> DeliveryFailed:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return DeliveryFailed(f"{code} {text}", is_temporary=code < 500)


def _connection_options(url: str) -> dict[str, Any]:
    if not url:
        return {}
    parts = urlparse(url)
    is_tls = parts.scheme == "smtps"
    starttls = parse_qs(parts.query).get("tls", [""])[0] == "starttls"
    return {
        "backend": "django.core.mail.backends.smtp.EmailBackend",
        "host": parts.hostname,
        "port": parts.port or (465 if is_tls else 25),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": is_tls,
        "use_tls": starttls,
        "timeout": 20,  # seconds
    }
