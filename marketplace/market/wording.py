"""The words by which a listing is found."""

from marketplace.kernel.text import search_text
from marketplace.materials.rules import Material


def listing_search_text(title: str, description: str, material: Material) -> str:
    """Title, description, and the material's names, synonyms and group in both languages, folded and stemmed."""
    return search_text(title, description, *material.search_words)
