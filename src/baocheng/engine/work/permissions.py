"""What a role may be granted in this room."""

ASSIGN_ITEM = "work.assign_item"
