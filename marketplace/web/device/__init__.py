"""The site on a device: the icon on its home screen, and what needs no network."""
