"""The demonstration company and its movable clock, for demonstrations and tests only."""
