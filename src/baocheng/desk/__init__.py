"""The web desk of the staff (工作台)."""
