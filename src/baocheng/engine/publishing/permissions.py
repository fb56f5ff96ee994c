"""Who may publish a handbook."""

PUBLISH_HANDBOOK = "publishing.publish_handbook"
APPROVE_HANDBOOK = "publishing.approve_handbook"
READ_HANDBOOK = "publishing.read_handbook"
