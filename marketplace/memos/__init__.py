"""First the bank: what was searched before something new was bought, and what was done then."""
