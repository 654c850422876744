"""The sitemap (sitemaps.org 0.9). Addresses in Dutch and in English, each with its alternates."""

from xml.etree import ElementTree as ET

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
PUBLIC_PATHS = (
    "/",
    "/aanbod",
    "/gezocht",
    "/cijfers",
    "/cijfers/hoe-wij-rekenen",
    "/doelen",
    "/gemeente",
    "/depots",
    "/rapport",
    "/hulp",
    "/hulp/aanbieden",
    "/hulp/zoeken",
    "/hulp/overzicht",
    "/hulp/wet",
    "/hulp/melden",
    "/toegankelijkheid",
    "/privacy",
    "/contact",
    "/meedoen",
)
SITEMAP_LISTINGS_MAX = 20_000  # two addresses each; a file holds 50 000 at most


def sitemap(site: str, paths: list[str]) -> bytes:
    """Every path under the public address `site`, once in each language."""
    ET.register_namespace("", SITEMAP)
    ET.register_namespace("xhtml", XHTML)
    urls = ET.Element(f"{{{SITEMAP}}}urlset")
    for path in paths:
        languages = {"nl": site + path, "en": f"{site}/en{path}"}
        for address in languages.values():
            url = ET.SubElement(urls, f"{{{SITEMAP}}}url")
            ET.SubElement(url, f"{{{SITEMAP}}}loc").text = address
            for locale, other in {**languages, "x-default": languages["nl"]}.items():
                ET.SubElement(url, f"{{{XHTML}}}link", {"rel": "alternate", "hreflang": locale, "href": other})
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + bytes(ET.tostring(urls, encoding="utf-8"))
