"""How far a list can be asked for, the same at every door."""

PAGE_MAX = 1_000_000
PAGE_SIZE_MAX = 100
