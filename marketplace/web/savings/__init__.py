"""What depots save and cost."""
