"""Insurance, one package per business; each calls only areas below it (docs/architecture.md)."""
