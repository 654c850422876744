"""Demonstration pictures, drawn with Pillow alone: what a lot looks like before somebody photographs a real one."""
