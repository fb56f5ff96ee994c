"""Files by their content, and the letters the handbook writes."""
