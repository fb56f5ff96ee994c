"""Billing (收付费): what is owed, paid and recovered, in balanced double entry."""
