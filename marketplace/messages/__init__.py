"""The conversation of a transfer: what its two sides write to each other, never changed and kept as long as the transfer."""
