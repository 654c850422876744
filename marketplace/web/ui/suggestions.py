"""What a field needs to suggest materials or places while somebody types.

`static/js/suggest.js` does the rest, and without it the field is a field.
"""

from typing import Any

from marketplace.kernel.language import _

KINDS = {"materials": _("Materials"), "places": _("Places")}


def suggests(*kinds: str) -> dict[str, Any]:
    """The attributes of a field (`render_kw`) that suggests these kinds, in this order. Both are public lists of the API."""
    return {
        "data-suggest": " ".join(kinds),
        "data-suggest-label": _("Suggestions"),
        **({"data-suggest-meant": _("Materials: did you mean “{meant}”?")} if "materials" in kinds else {}),
        "data-suggest-told": _("Suggestions: {count}. Choose one with the arrow keys."),
        **({f"data-suggest-{kind}": KINDS[kind] for kind in kinds} if len(kinds) > 1 else {}),
    }
