"""The double test of soil. A lot against the receiving soil and the function of the place that it goes to."""

from dataclasses import dataclass
from enum import StrEnum

from marketplace.kernel.language import Text, _


class SoilClass(StrEnum):
    """The classes in which soil may be used on land, the cleanest first."""

    AGRICULTURE_NATURE = "agriculture-nature"
    RESIDENTIAL = "residential"
    INDUSTRY = "industry"

    @property
    def label(self) -> Text:
        """The class as a page says it."""
        return SOIL_CLASS_LABELS[self]

    def is_as_good_as(self, other: "SoilClass") -> bool:
        """Whether soil of this class may lie where that class is the limit."""
        order = list(SoilClass)
        return order.index(self) <= order.index(other)


SOIL_CLASS_LABELS: dict[SoilClass, Text] = {
    SoilClass.AGRICULTURE_NATURE: _("agriculture and nature"),
    SoilClass.RESIDENTIAL: _("residential"),
    SoilClass.INDUSTRY: _("industry"),
}


def find_soil_class(slug: str | None) -> SoilClass | None:
    """The class by its slug. None for unknown, for nothing said, and for soil that may be used nowhere."""
    return next((item for item in SoilClass if item == slug), None)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a lot goes. The classes of the place are said for soil only."""

    is_other_owner: bool
    receiving_soil: str | None = None
    function_class: str | None = None

    @property
    def is_cleanest(self) -> bool:
        """Whether one of the two classes is the strictest that there is."""
        return SoilClass.AGRICULTURE_NATURE in (self.receiving_soil, self.function_class)


def easiest(*, is_other_owner: bool) -> Destination:
    """The place that takes the most: what may not go there may go nowhere."""
    return Destination(is_other_owner, SoilClass.INDUSTRY, SoilClass.INDUSTRY)


@dataclass(frozen=True, slots=True)
class DoubleTest:
    """The outcome of the double test. `fails_soil` and `fails_function` name which of the two did not hold."""

    lot: SoilClass
    receiving: SoilClass
    function: SoilClass

    @property
    def fails_soil(self) -> bool:
        """Whether the lot is worse than the soil that receives it."""
        return not self.lot.is_as_good_as(self.receiving)

    @property
    def fails_function(self) -> bool:
        """Whether the lot is worse than the function of the place allows."""
        return not self.lot.is_as_good_as(self.function)

    @property
    def passes(self) -> bool:
        """Whether the lot is as good as or better than both."""
        return not self.fails_soil and not self.fails_function

    @property
    def sentence(self) -> Text:
        """Which of the two failed, with the classes."""
        labels = {"lot": self.lot.label, "receiving": self.receiving.label, "function": self.function.label}
        if self.fails_soil and self.fails_function:
            return _(
                "This soil is of class %(lot)s. That is worse than the receiving soil (class %(receiving)s) and worse than the function "
                "class of the place (%(function)s): both tests fail.",
                **labels,
            )
        if self.fails_soil:
            return _(
                "This soil is of class %(lot)s. That is worse than the receiving soil (class %(receiving)s): the test against the "
                "receiving soil fails.",
                **labels,
            )
        return _(
            "This soil is of class %(lot)s. That is worse than the function class of the place (%(function)s): the test against the "
            "function class fails.",
            **labels,
        )
