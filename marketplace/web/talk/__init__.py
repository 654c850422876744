"""Talking: questions about a lot or a demand, and the conversation of a transfer."""
