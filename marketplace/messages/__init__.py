"""The conversation of a transfer: never changed, and kept as long as the transfer."""
