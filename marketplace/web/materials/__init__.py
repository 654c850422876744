"""Materials: weights, factors, versions, and lists that make a new one."""
