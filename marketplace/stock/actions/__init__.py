"""What people do with lots that lie somewhere."""
