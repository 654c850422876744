"""PDFs for tests: a good one with words and a maker, and the same with one bad thing in it. All made here, by pikepdf."""

import io
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

WORDS = ("Milieuverklaring bodemkwaliteit", "Klasse wonen, PAK 12 mg/kg")
MAKER = "Jansen, J. (Lab Oost)"


def blank(pages: tuple[str, ...] = WORDS) -> pikepdf.Pdf:
    """A PDF with a line of words on every page, made by somebody with a name."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    )
    for words in pages:
        page = pdf.add_blank_page(page_size=(595, 842))
        page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
        page.obj.Contents = pdf.make_stream(f"BT /F1 12 Tf 72 720 Td ({words.replace('(', '').replace(')', '')}) Tj ET".encode())
    pdf.trailer.Info = pdf.make_indirect(Dictionary(Author=String(MAKER), Creator=String("Word"), Title=String(MAKER)))
    with pdf.open_metadata(set_pikepdf_as_editor=False) as meta:
        meta["dc:creator"] = [MAKER]
    return pdf


def saved(pdf: pikepdf.Pdf, **options: Any) -> bytes:
    """The file, with every stream as it was put in."""
    out = io.BytesIO()
    as_they_are = (
        {} if "encryption" in options else {"stream_decode_level": pikepdf.StreamDecodeLevel.none, "compress_streams": False}
    )
    pdf.save(out, **{"fix_metadata_version": False, "static_id": True, **as_they_are, **options})
    return out.getvalue()


def good() -> bytes:
    return saved(blank())


def changed(change: Callable[[pikepdf.Pdf], None], **options: Any) -> bytes:
    pdf = blank()
    change(pdf)
    return saved(pdf, **options)


def action(kind: str, **rest: Any) -> Dictionary:
    return Dictionary(Type=Name.Action, S=Name(kind), **rest)


def script() -> Dictionary:
    return action("/JavaScript", JS=String("app.alert(1)"))


def annotated(**parts: Any) -> Callable[[pikepdf.Pdf], None]:
    """A change that puts an annotation on the first page."""

    def change(pdf: pikepdf.Pdf) -> None:
        note = pdf.make_indirect(Dictionary(Type=Name.Annot, Rect=Array([0, 0, 10, 10]), **parts))
        pdf.pages[0].obj.Annots = Array([note])

    return change


def at_root(**parts: Any) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        for name, value in parts.items():
            pdf.Root[f"/{name}"] = value

    return change


def file_inside(pdf: pikepdf.Pdf) -> Dictionary:
    """A file specification with a file in it."""
    content = pdf.make_stream(b"MZ")
    return pdf.make_indirect(Dictionary(Type=Name.Filespec, F=String("a.exe"), EF=Dictionary(F=content)))


def with_embedded_file(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["factuur.xml"] = b"<a/>"


def with_attachment_note(pdf: pikepdf.Pdf) -> None:
    annotated(Subtype=Name.FileAttachment, FS=file_inside(pdf))(pdf)


def with_associated_file(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AF = Array([file_inside(pdf)])


def with_names_of_scripts(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), pdf.make_indirect(script())])))


def raw(*objects: bytes) -> bytes:
    """A PDF as bytes, for what pikepdf would put in order: object 1 is the root."""
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return out + head + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))


def raw_pages(kids: bytes, count: int, root: bytes = b"") -> bytes:
    """The same with one page and this tree of pages."""
    return raw(
        b"<</Type/Catalog/Pages 2 0 R%s>>" % root,
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    )


def with_bomb(pdf: pikepdf.Pdf) -> None:
    """A stream that is 0.45 GB when it is unpacked."""
    packing, parts = zlib.compressobj(9), []
    for _part in range(450):
        parts.append(packing.compress(bytes(1_000_000)))
    parts.append(packing.flush())
    pdf.Root.Bomb = Stream(pdf, b"".join(parts), Filter=Name.FlateDecode)


def with_bomb_in_a_bomb(pdf: pikepdf.Pdf) -> None:
    packed = zlib.compress(zlib.compress(bytes(1_000_000)))
    pdf.Root.Bomb = Stream(pdf, packed, Filter=Array([Name.FlateDecode, Name.FlateDecode]))


def with_deep_values(pdf: pikepdf.Pdf) -> None:
    deep: Any = Array([1])
    for _level in range(100):
        deep = Array([deep])
    pdf.Root.Deep = deep


def with_many_pages(pdf: pikepdf.Pdf) -> None:
    for _page in range(499):
        pdf.pages.append(pdf.pages[0])


def encrypted(user: str = "") -> bytes:
    """Locked against changes; and with a password of its reader against reading."""
    return saved(blank(), encryption=pikepdf.Encryption(owner="geheim", user=user))


EVIL: dict[str, tuple[str, Callable[[], bytes]]] = {
    "script on opening": ("script", lambda: changed(at_root(OpenAction=script()))),
    "script in the names": ("script", lambda: changed(with_names_of_scripts)),
    "script of a page": ("script", lambda: changed(lambda pdf: pdf.pages[0].obj.__setitem__("/AA", Dictionary(O=script())))),
    "script of the whole": ("script", lambda: changed(at_root(AA=Dictionary(WC=script())))),
    "script of a link": ("script", lambda: changed(annotated(Subtype=Name.Link, A=script()))),
    "script behind a next": (
        "script",
        lambda: changed(annotated(Subtype=Name.Link, A=action("/URI", URI=String("https://a.nl"), Next=Array([script()])))),
    ),
    "script in an address": (
        "script",
        lambda: changed(annotated(Subtype=Name.Link, A=action("/URI", URI=String(" JavaScript:alert(1)")))),
    ),
    "script in a form": (
        "script",
        lambda: changed(at_root(AcroForm=Dictionary(Fields=Array([Dictionary(T=String("a"), AA=Dictionary(K=script()))])))),
    ),
    "xfa": ("script", lambda: changed(at_root(AcroForm=Dictionary(Fields=Array([]), XFA=String("<xdp/>"))))),
    "script by another spelling": ("script", lambda: raw_pages(b"3 0 R", 1, b"/OpenAction<</S/J#61vaScript/J#53(1)>>")),
    "script in a packed object": (
        "script",
        lambda: changed(with_names_of_scripts, object_stream_mode=pikepdf.ObjectStreamMode.generate),
    ),
    "embedded file": ("files", lambda: changed(with_embedded_file)),
    "attachment": ("files", lambda: changed(with_attachment_note)),
    "associated file": ("files", lambda: changed(with_associated_file)),
    "portfolio": ("files", lambda: changed(at_root(Collection=Dictionary()))),
    "stream elsewhere": ("files", lambda: changed(lambda pdf: at_root(X=Stream(pdf, b"", F=String("/etc/passwd")))(pdf))),
    "launch": ("action", lambda: changed(at_root(OpenAction=action("/Launch", F=String("cmd.exe"))))),
    "submit": ("action", lambda: changed(annotated(Subtype=Name.Link, A=action("/SubmitForm", F=String("https://a.nl"))))),
    "import": ("action", lambda: changed(annotated(Subtype=Name.Link, A=action("/ImportData", F=String("a.fdf"))))),
    "other file": ("action", lambda: changed(annotated(Subtype=Name.Link, A=action("/GoToR", F=String("b.pdf"))))),
    "rich media": ("media", lambda: changed(annotated(Subtype=Name.RichMedia))),
    "film": ("media", lambda: changed(annotated(Subtype=Name.Movie))),
    "3d": ("media", lambda: changed(annotated(Subtype=Name("/3D")))),
    "sound": ("media", lambda: changed(annotated(Subtype=Name.Link, A=action("/Sound")))),
    "locked": ("encrypted", encrypted),
    "password": ("encrypted", lambda: encrypted("lezer")),
    "501 pages": ("pages", lambda: changed(with_many_pages)),
    "a million pages": ("pages", lambda: raw_pages(b"3 0 R " * 1_000_000, 1_000_000)),
    "a million pages that say they are one": ("pages", lambda: raw_pages(b"3 0 R " * 1_000_000, 1)),
    "pages in a circle": ("broken", lambda: raw_pages(b"2 0 R", 1)),
    "bomb": ("too_much", lambda: changed(with_bomb)),
    "bomb in a bomb": ("too_much", lambda: changed(with_bomb_in_a_bomb)),
    "deep": ("too_much", lambda: changed(with_deep_values)),
    "half": ("broken", lambda: good()[: len(good()) // 2]),
    "only a beginning": ("broken", lambda: b"%PDF-1.7\nhello"),
    "no pages": ("broken", lambda: saved(pikepdf.new())),
}
