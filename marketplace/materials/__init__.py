"""Materials: groups, materials, weights, carbon factors, hazards: versions of the taxonomy."""
