"""What the API takes: one body per thing. Organisation, owner, status and counters are in none of them."""
