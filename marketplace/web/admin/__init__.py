"""People, depots and material use."""
