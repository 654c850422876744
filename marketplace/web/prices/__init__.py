"""Tables of prices: the versions, what a new one would change, and taking it into use."""
