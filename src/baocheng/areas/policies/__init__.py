"""Policies (保单): immutable transactions, and what was covered when as known when."""
