"""Who may look into the journal."""

READ_JOURNAL = "journal.read_journal"
VERIFY_JOURNAL = "journal.verify_journal"
