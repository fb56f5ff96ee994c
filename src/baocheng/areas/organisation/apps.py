from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    """机构与人员: registration only."""

    name = "baocheng.areas.organisation"
    label = "organisation"

    def ready(self) -> None:
        """Teach the handbook roles and authority, and tell the work room who may take what."""
        from baocheng.areas.organisation import events, queries, schema  # noqa: F401
        from baocheng.engine.publishing.kinds import ContentKind, register_kind
        from baocheng.engine.work.assignment import register_candidates
        from baocheng.engine.work.authority import register_authority

        register_kind(ContentKind("role", ".roles.yaml", schema.parse_roles, schema.check_role))
        register_kind(
            ContentKind(
                "authority", ".authority.yaml", schema.parse_authority, schema.check_authority
            )
        )
        register_authority(queries.authority_limit_of)
        register_candidates(queries.pools)
