"""The demonstration company and its movable clock. Installed in demonstration mode and tests only."""
