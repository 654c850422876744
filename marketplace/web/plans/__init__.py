"""The regional plan on the site."""
