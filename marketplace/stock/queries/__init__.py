"""Questions about what lies in the depots."""
