"""Style sheets, pictures, letters and icons: built once, served by WhiteNoise.

Under one address that changes with its content.

`build` makes `<instance>/static/<hash>/` out of `static/`: the style sheets in one file, the letters cut down to what Dutch and
English need, and a compressed copy beside each text. What only the map needs (Leaflet, its style sheet, the region's boundaries)
is a file of its own, asked for when a map is opened. The hash covers every byte that goes in, so the address may be cached by
browsers for ever and a second start has no work to do. Where the packages with letters or icons are missing, pages show the
system's letters, no icon and no map.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import brotli
from flask import Flask
from markupsafe import Markup, escape
from whitenoise import WhiteNoise

from config import PROJECT, Config
from marketplace.web.ui.region_map import region_geojson, region_svg, small_map

SOURCE = PROJECT / "static"
SHEETS = (
    *("tokens", "base", "components", "forms", "figures", "reports", "trade", "account", "steps", "home"),
    *("signed", "transfer", "talk", "demands", "work", "listing", "finding", "device", "imports", "depots", "stock", "passports"),
)
COMPRESSED = {".css", ".js", ".svg", ".json", ".txt"}
BUILDS_KEPT = 3
FOREVER_S = 365 * 24 * 3600
RECIPE = "2"  # raise it when the way of building changes
LETTERS = "".join(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180)))) + "‘’“”„–—…•€×²³₂−≤≥≈→←↑↓✓‹›\u2009\u2011\u202f"
MAP_SCRIPT, MAP_SHEET, MAP_REGION = "vendor/leaflet.js", "map.css", "map/twente.json"
REGION_PICTURE = "map/twente.svg"
FONT_FILE = "fonts/text.woff2"
FONT_FACE = (
    '@font-face{font-family:"MP Sans";src:url("fonts/text.woff2") format("woff2");font-weight:400 700;font-display:swap}\n'
)


def serve(app: Flask, config: Config, wsgi: Any) -> Any:
    """Wrap an application so that the build is served under `/static/<hash>/`. Templates get `static_url` and `icon`."""
    folder = build(SOURCE, config.instance_path / "static")
    prefix = f"/static/{folder.name}/"
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}

    def static_url(path: str) -> str:
        """The address of a file in the build; the same in every language. A file that is not there is a mistake in a template."""
        if path not in present:
            raise LookupError(f"static/ has no {path}")
        return prefix + path

    def group_picture(slug: str) -> str:
        """The drawing of a material group; of a group that is newer than the drawings nothing."""
        return prefix + f"img/groups/{slug}.svg" if f"img/groups/{slug}.svg" in present else ""

    app.jinja_env.globals.update(
        static_url=static_url,
        group_picture=group_picture,
        icon=icon,
        has_letters=FONT_FILE in present,
        has_map=MAP_SCRIPT in present,
        map_tiles_url=config.map_tiles_url,
        small_map=small_map,
    )
    served = WhiteNoise(wsgi, max_age=FOREVER_S, immutable_file_test=lambda path, url: True)
    served.add_files(str(folder), prefix=prefix)
    return served


def build(source: Path, target: Path) -> Path:
    """Build the folder with everything that is served. Made when it is not there, left alone when it is."""
    letters, added = _letters(target), _map_files(source)
    digest = hashlib.sha256(RECIPE.encode())
    files = sorted(path for path in source.rglob("*") if path.is_file() and not path.name.startswith("."))
    for path in files:
        digest.update(path.relative_to(source).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    digest.update((letters or b"") + b"".join(added.values()))
    folder = target / digest.hexdigest()[:12]
    if folder.is_dir():
        return folder
    target.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=target))
    making.chmod(0o755)
    for path in files:
        if path.suffix == ".css":
            continue
        _write(making / path.relative_to(source), path.read_bytes())
    _write(making / "site.css", _site_css(source, letters).encode())
    for name, content in added.items():
        _write(making / name, content)
    if letters:
        _write(making / FONT_FILE, letters)
    try:
        making.rename(folder)  # a second process that was quicker has made the same folder
    except OSError:
        shutil.rmtree(making, ignore_errors=True)
    _sweep(target, folder)
    return folder


def _site_css(source: Path, letters: bytes | None) -> str:
    sheets = "\n".join((source / "css" / f"{name}.css").read_text(encoding="utf-8") for name in SHEETS)
    return (FONT_FACE if letters else "") + sheets.replace('url("../', 'url("')


def _map_files(source: Path) -> dict[str, bytes]:
    """Make the map's files: Leaflet, its style sheet with ours after it, and the region.

    Leaflet comes from its package; without the package only its picture.
    """
    package = find_spec("js_lib_leaflet")
    if package is None or not package.submodule_search_locations:
        return {REGION_PICTURE: region_svg()}
    leaflet = Path(next(iter(package.submodule_search_locations))) / "static" / "js_lib_leaflet"
    script = (leaflet / "leaflet.js").read_text(encoding="utf-8").partition("//# sourceMappingURL")[0]
    ours = source / "css" / "map.css"
    sheet = (leaflet / "leaflet.css").read_bytes() + b"\n" + (ours.read_bytes() if ours.is_file() else b"")
    return {MAP_SCRIPT: script.encode(), MAP_SHEET: sheet, MAP_REGION: region_geojson(), REGION_PICTURE: region_svg()}


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if path.suffix in COMPRESSED:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))
        path.with_name(path.name + ".br").write_bytes(brotli.compress(content, quality=11))


def _sweep(target: Path, current: Path) -> None:
    """Delete all but the last few builds. A process that runs an older version beside this one still serves its own."""
    builds = sorted((path for path in target.iterdir() if path.is_dir() and len(path.name) == 12), key=os.path.getmtime)
    for old in builds[:-BUILDS_KEPT]:
        if old != current:
            shutil.rmtree(old, ignore_errors=True)


def _letters(target: Path) -> bytes | None:
    """Source Sans 3 in the weights 400 to 700 with the letters that are used: 30 kB at most. None without the font or the tool.

    The licence reserves the name of the font for the original, so the cut is named after us.
    """
    original = _font_path()
    if original is None:
        return None
    stamp = hashlib.sha256(f"{RECIPE} {LETTERS} {original.stat().st_size} {original}".encode()).hexdigest()[:12]
    stored = target / f"letters-{stamp}.woff2"
    if not stored.is_file():
        try:
            cut = cut_font(original, LETTERS)
        except ImportError:
            return None
        target.mkdir(parents=True, exist_ok=True)
        drawn = target / f".letters-{os.getpid()}"
        drawn.write_bytes(cut)
        drawn.replace(stored)
    return stored.read_bytes()


def _font_path() -> Path | None:
    package = find_spec("fontpkg_source_sans_3")
    if package is None or not package.submodule_search_locations:
        return None
    folder = Path(next(iter(package.submodule_search_locations)))
    listed = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))["files"]
    upright = next((item["path"] for item in listed if item.get("style") == "normal"), None)
    return folder / upright if upright else None


def cut_font(original: Path, letters: str) -> bytes:
    """A variable woff2 (weight 400 to 700) with these letters, kerning and table figures."""
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    font = TTFont(original)
    options = subset.Options()
    options.layout_features = ["kern", "mark", "ccmp", "locl", "tnum"]
    options.hinting = False
    cutter = subset.Subsetter(options)
    cutter.populate(text=letters)
    cutter.subset(font)
    small = io.BytesIO()
    font.save(small)
    small.seek(0)
    weighed = instancer.instantiateVariableFont(TTFont(small), {"wght": (400, 700)})
    for entry in weighed["name"].names:
        if entry.nameID in {1, 3, 4, 6, 16}:
            entry.string = "MPSans" if entry.nameID == 6 else "MP Sans"
    weighed.flavor = "woff2"
    out = io.BytesIO()
    weighed.save(out)
    return out.getvalue()


@cache
def icon(name: str, *, extra: str = "") -> Markup:
    """A lucide icon inline, as decoration: `icon("map-pin")`. Its meaning must stand beside it in words."""
    shapes = _shapes(name)
    classes = f"mp-icon {extra}".strip()
    return Markup(
        '<svg class="{}" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2" '
        'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{}</svg>'
    ).format(escape(classes), Markup(shapes))  # noqa: S704 the shapes come from the package, not from people


def _shapes(name: str) -> str:
    """What is drawn inside the icon; nothing without the package. A name that does not exist is a mistake in a template."""
    drawings = _drawings()
    if drawings is None:
        return ""
    try:
        drawn = drawings.read(f"{name}.svg").decode()
    except KeyError:
        raise LookupError(f"lucide has no icon {name}") from None
    return " ".join(drawn[drawn.index(">") + 1 : drawn.rindex("</svg>")].split())


@cache
def _drawings() -> ZipFile | None:
    """The archive of the package with icons, in memory. To read its list of contents takes longer than all that we draw."""
    package = find_spec("lucide")
    if package is None or not package.submodule_search_locations:
        return None
    archive = Path(next(iter(package.submodule_search_locations))) / "lucide.zip"
    return ZipFile(io.BytesIO(archive.read_bytes()))
