"""Insurance: one package per business. Each calls only the areas below it (docs/architecture.md)."""
