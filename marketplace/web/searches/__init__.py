"""Searches that somebody keeps."""
