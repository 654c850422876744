"""What is sought."""
