"""The HTTP API under `/api/v1`: thin endpoints over the areas' operations and queries."""
