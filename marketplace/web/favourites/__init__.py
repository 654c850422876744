"""The lots that somebody keeps."""
