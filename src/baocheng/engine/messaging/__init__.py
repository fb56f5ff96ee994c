"""Messages to people, through whatever channel reaches them, with the proof that they were sent."""
