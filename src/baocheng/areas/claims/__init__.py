"""理赔: from a loss report to the money, by the handbook."""
