"""Materials to choose from on a form, under the groups that people browse."""

from wtforms.fields.choices import SelectChoice

from marketplace.kernel.language import _
from marketplace.materials.rules import Taxonomy


def material_choices(taxonomy: Taxonomy) -> list[SelectChoice]:
    """Every material in use under the name of its group; nothing chosen comes first."""
    nothing = SelectChoice("", str(_("Choose a material")))
    return [
        nothing,
        *(
            SelectChoice(material.slug, material.name, optgroup=group.name)
            for group in taxonomy.groups
            for material in taxonomy.materials_in(group.slug)
        ),
    ]
