"""Of which classes the place is where soil goes."""

from wtforms import RadioField

from marketplace.kernel.language import _
from marketplace.materials.rules.soil import SOIL_CLASS_LABELS
from marketplace.web.ui.choices import choices


def soil_fields() -> tuple[RadioField, RadioField]:
    """The class of the soil that is there, and that of the function of the place."""
    receiving = RadioField(
        _("Of which class is the soil where it goes?"),
        choices=choices(SOIL_CLASS_LABELS),
        validate_choice=False,
        description=_("As the soil quality map says, or an investigation of that place."),
    )
    function = RadioField(
        _("Of which class is the function of that place?"),
        choices=choices(SOIL_CLASS_LABELS),
        validate_choice=False,
        description=_("As the soil function map of that municipality says."),
    )
    return receiving, function
