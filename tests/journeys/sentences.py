"""What a page says aloud: its texts, its title and the labels that only a screen reader speaks; and sentences to look for in them."""

import re
from html import unescape
from html.parser import HTMLParser

SILENT = {"script", "style", "code", "pre"}
SPOKEN = {"alt", "title", "aria-label", "placeholder"}
LINK = re.compile(r'<a\b[^>]*?\shref="([^"]+)"')
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Reader(HTMLParser):
    """Collects what is said in the language of the page; what is marked as another language is left to that language."""

    def __init__(self, locale: str) -> None:
        super().__init__(convert_charrefs=True)
        self.locale = locale
        self.open: list[tuple[str, bool]] = []
        self.texts: list[str] = []

    @property
    def is_quiet(self) -> bool:
        return any(quiet for _tag, quiet in self.open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        elsewhere = given.get("lang") not in {None, self.locale}
        if not elsewhere and not self.is_quiet:
            self.texts += [value for name, value in attrs if value and name in SPOKEN]
            if tag == "meta" and given.get("name") == "description":
                self.texts.append(given.get("content") or "")
        if tag not in VOID:
            self.open.append((tag, elsewhere or tag in SILENT))

    def handle_endtag(self, tag: str) -> None:
        if any(tag == name for name, _quiet in self.open):
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not self.is_quiet:
            self.texts.append(data)


def read(html: str, locale: str) -> Reader:
    reader = Reader(locale)
    reader.feed(html)
    return reader


def spoken(html: str, locale: str) -> list[str]:
    """Every text of a page in its own language, spaces evened out."""
    return [" ".join(text.split()) for text in read(html, locale).texts]


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
