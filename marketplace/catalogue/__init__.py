"""The catalogue: finding a lot by words, filters, distance and map; saved searches."""
