"""Template tags: one per component."""
