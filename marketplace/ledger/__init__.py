"""The ledger: the append-only book of exchanges."""
