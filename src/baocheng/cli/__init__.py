"""The `baocheng` command: each command parses, calls one operation and prints."""
