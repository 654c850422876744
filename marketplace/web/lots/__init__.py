"""Physical lots: what a scan of a label opens, and what somebody has of their own."""
