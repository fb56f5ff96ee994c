"""Products (产品): what is covered, and how much is paid for a loss."""
