"""The floor everything stands on: money, time, identifiers and problems. Pure Python, no Django."""
