"""Notices: what people are notified of, and the audit of every change."""
