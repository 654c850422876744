"""A browser's own name for itself, in two words that its owner recognises."""

from marketplace.kernel.language import Text, _

BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser(agent: str) -> Text:
    """“Firefox on Windows”; what cannot be recognised is another program."""
    name = next((name for mark, name in BROWSERS if mark in agent), None)
    system = next((name for mark, name in SYSTEMS if mark in agent), None)
    if name is None or system is None:
        return _("Another program")
    return _("%(browser)s on %(system)s", browser=name, system=system)
