"""What people and processes do with claims: one function a use case."""
