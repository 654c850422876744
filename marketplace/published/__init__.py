"""The room of published reports and restatements: what was said of a year, and stays said."""
