"""What each page shows: frozen values, prepared by its view, arranged by its template."""
