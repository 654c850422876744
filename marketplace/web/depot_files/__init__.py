"""What a depot gives as a file: labels for what lies there, and what it cost."""
