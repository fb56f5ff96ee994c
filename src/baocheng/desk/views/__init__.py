"""One module per subject: read the request, call one operation or query, show the rows."""
