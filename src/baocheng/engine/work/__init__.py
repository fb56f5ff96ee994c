"""What waits for people: items on worklists, their forms and drafts, who may and who may not."""
