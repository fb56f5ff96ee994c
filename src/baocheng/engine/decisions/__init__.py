"""Decisions: DMN tables that are read, checked, decided, explained and recorded.

A file becomes `Decision`s (`dmn`), each a table or an expression in FEEL (`feel`); `checks` finds
gaps, overlaps and unknown names, `decide` decides one case, `explanation` says why, `record`
keeps what was decided.
"""
