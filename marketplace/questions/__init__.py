"""Questions about lots and demands, with one answer each, for every member to read."""
