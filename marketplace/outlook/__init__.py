"""What comes free and what is needed in the years ahead."""
