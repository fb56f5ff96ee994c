"""The single record of what happened: typed events on hash-chained streams."""
