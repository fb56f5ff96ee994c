"""Registration only."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """消息。"""

    name = "baocheng.engine.messaging"
    label = "messaging"

    def ready(self) -> None:
        from baocheng.engine.messaging import events  # noqa: F401
        from baocheng.engine.messaging.message_templates import parse_message
        from baocheng.engine.publishing.kinds import ContentKind, register_kind

        register_kind(
            ContentKind(
                name="message",
                suffix=".message.yaml",
                parse=lambda file: [parse_message(file.path, file.text)],
            )
        )
