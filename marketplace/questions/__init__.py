"""Questions about lots and demands, before somebody asks for them: one answer each, for every member to read."""
