"""Log-in, invitations, passwords, sessions and tokens."""
