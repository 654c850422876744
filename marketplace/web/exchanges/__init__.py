"""The rows of the ledger one by one, each with its arithmetic."""
