"""Handbook versions: load, check, publish. Every other room reads its definitions here."""
