"""What must be reported to an authority before material is put to use, and by which day."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from marketplace.kernel.language import Named, Text, _, in_words, ngettext
from marketplace.materials.rules.taxonomy import Material

DAYS_IN_A_WEEK = 7


class Work(StrEnum):
    """What somebody is about to do with material, of which an authority must hear first."""

    USE = "use"
    STORE = "store"
    CRUSH = "crush"
    DEMOLISH = "demolish"


WORKS = {"toepassen": Work.USE, "opslaan": Work.STORE, "breken": Work.CRUSH, "slopen": Work.DEMOLISH}  # as the file says them
WORK_LABELS: dict[Work, Text] = {
    Work.USE: _("Before it is put to use"),
    Work.STORE: _("Before it is stored somewhere else first"),
    Work.CRUSH: _("Before it is crushed"),
    Work.DEMOLISH: _("Before it comes out of a building"),
}


@dataclass(frozen=True, slots=True)
class Notification(Named):
    """One duty to report. `is_verified` is false where the texts that were read differ, or only an older decree was read."""

    work: Work
    what_nl: str
    what_en: str
    to_nl: str
    to_en: str
    where: str
    days_before: int
    unless_nl: str
    unless_en: str
    field_sets: frozenset[str]
    materials: frozenset[str]
    law: str
    source: str
    dated_on: date
    is_verified: bool

    @property
    def what(self) -> str:
        """What has to be told, in the reader's language."""
        return in_words(self.what_nl, self.what_en)

    @property
    def to(self) -> str:
        """Who has to be told."""
        return in_words(self.to_nl, self.to_en)

    @property
    def unless(self) -> str:
        """When it is not needed, or which other term counts."""
        return in_words(self.unless_nl, self.unless_en)

    @property
    def term(self) -> Text:
        """How long before, in weeks where it is whole weeks."""
        weeks, rest = divmod(self.days_before, DAYS_IN_A_WEEK)
        if rest:
            return ngettext("%(num)s day before", "%(num)s days before", self.days_before)
        return ngettext("%(num)s week before", "%(num)s weeks before", weeks)

    def concerns(self, material: Material) -> bool:
        """Whether it is about this material."""
        return material.field_set in self.field_sets or material.slug in self.materials

    def last_day(self, begins_on: date) -> date:
        """The last day on which it can be reported, for work that begins on this day."""
        return begins_on - timedelta(days=self.days_before)
