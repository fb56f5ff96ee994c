"""People and organisations: identity, contact, accounts (客户)."""
