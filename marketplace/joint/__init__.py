"""What several municipalities need at once, what the bank covers, and what is left to buy."""
