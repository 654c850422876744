"""Places: the gazetteer, the boundaries and the region, from what people type to a point."""
