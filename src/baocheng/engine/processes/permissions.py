"""What a role may be granted in this room."""

MANAGE_INCIDENTS = "processes.manage_incidents"
