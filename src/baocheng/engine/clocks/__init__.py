"""Time limits (时限) driven by the journal: counted by law, paused with a name, never edited."""
