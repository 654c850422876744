"""First the bank: searching before something is bought, and what came of it."""
