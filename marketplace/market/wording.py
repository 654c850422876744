"""The words by which a listing is found."""

from marketplace.kernel.text import search_text
from marketplace.materials.rules import Material


def listing_search_text(title: str, description: str, material: Material) -> str:
    """Title, the material's names, synonyms and group in both languages, and the description, which may be too long to keep whole."""
    return search_text(title, *material.search_words, description)
