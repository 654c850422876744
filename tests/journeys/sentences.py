"""What a page says aloud: its texts, its title and the labels that only a screen reader speaks; and sentences to look for in them."""

import re
from collections.abc import Iterator
from html import unescape

from lxml.html import HtmlElement, document_fromstring

SILENT = {"script", "style", "code", "pre"}
SPOKEN = {"alt", "title", "aria-label", "placeholder"}
LINK = re.compile(r'<a\b[^>]*?\shref="([^"]+)"')


def texts_of(element: HtmlElement, locale: str) -> Iterator[str]:
    """What is said in the language of the page; what is marked as another language is left to that language."""
    if not isinstance(element.tag, str) or element.get("lang") not in {None, locale}:
        return
    yield from (value for name, value in element.items() if value and name in SPOKEN)
    if element.tag == "meta" and element.get("name") == "description":
        yield element.get("content") or ""
    if element.tag in SILENT:
        return
    yield element.text or ""
    for child in element:
        yield from texts_of(child, locale)
        yield child.tail or ""


def spoken(html: str, locale: str) -> list[str]:
    """Every text of a page in its own language, spaces evened out."""
    return [" ".join(text.split()) for text in texts_of(document_fromstring(html), locale) if text.strip()]


def links_of(html: str) -> list[str]:
    """Where the links of a page lead, without the place on the page."""
    return [unescape(link).split("#")[0] for link in LINK.findall(html)]


class Words:
    """Sentences to look for: a short one as the whole text, a long one anywhere in it; figures stand for anything."""

    def __init__(self, sentences: dict[str, str], placeholder: re.Pattern[str], shortest_inside: int) -> None:
        self.whole = {self._even(sentence).strip(" :.") for sentence in sentences if not placeholder.search(sentence)}
        self.long = [
            self._even(sentence)
            for sentence in sentences
            if not placeholder.search(sentence) and len(sentence) >= shortest_inside
        ]
        split = re.compile(r"%\(\w+\)[a-z]")
        self.patterns = []
        for sentence in sentences:
            parts = split.split(sentence)
            if placeholder.search(sentence) and max(len(part.strip()) for part in parts) >= shortest_inside:
                even = [self._even(part) for part in parts]
                pattern = re.compile(r"(?<!\w)" + r".{1,200}?".join(map(re.escape, even)) + r"(?!\w)")
                self.patterns.append((sentence, max(even, key=len), pattern))
        self.by_text: dict[str, str] = {}

    @staticmethod
    def _even(text: str) -> str:
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text))

    def inside(self, text: str) -> str:
        """The sentence that stands in this text, or nothing. Most texts stand on many pages, and are looked through once."""
        if text not in self.by_text:
            self.by_text[text] = self._find(text)
        return self.by_text[text]

    def _find(self, text: str) -> str:
        if text.strip(" :.") in self.whole:
            return text
        for sentence in self.long:
            if sentence in text:
                return sentence
        return next((sentence for sentence, part, pattern in self.patterns if part in text and pattern.search(text)), "")
