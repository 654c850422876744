"""What a person must do today."""
