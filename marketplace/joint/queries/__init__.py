"""Ask what several municipalities look for together."""
