"""From a DMN file to decisions."""

from baocheng.engine.decisions.dmn.graph import read_decisions

__all__ = ["read_decisions"]
