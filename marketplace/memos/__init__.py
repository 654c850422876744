"""First the bank: what was searched before something new was bought, what there was, and what was done then."""
