"""Papers of lots, what advisers found of them, and which rules were lifted by whom."""
