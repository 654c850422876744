"""Questions about published reports."""
