"""Registration only."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """单证与信函."""

    name = "baocheng.engine.documents"
    label = "documents"

    def ready(self) -> None:
        from baocheng.engine.documents import events  # noqa: F401
        from baocheng.engine.documents.letter_templates import check_letter, parse_letter
        from baocheng.engine.publishing.kinds import ContentKind, register_kind

        register_kind(
            ContentKind(
                name="letter",
                suffix=".letter.typ",
                parse=lambda file: [parse_letter(file.path, file.text)],
                check=lambda letter, _handbook: check_letter(letter),
            )
        )
