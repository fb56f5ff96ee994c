"""Bring the business of another system in, through the operations that people use."""
