"""The front door for everybody: what this is, what lies ready, what it brought, how to join."""
