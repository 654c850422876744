"""What several municipalities need together, on the site."""
