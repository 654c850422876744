"""Notices: what people must be told, and the audit of every change."""
