"""What has a name in both languages."""

from dataclasses import dataclass

from marketplace.kernel.language import current_locale


@dataclass(frozen=True, slots=True)
class Named:
    """Something of the taxonomy with a name in both languages; the slug never changes."""

    slug: str
    name_nl: str
    name_en: str

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_in(current_locale())

    def name_in(self, locale: str) -> str:
        return self.name_en if locale == "en" else self.name_nl

    def localized(self, locale: str) -> str:
        """The name, where a sentence has it."""
        return self.name_in(locale)
