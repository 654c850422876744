"""PDFs: looked through and written anew, so that nothing is in them but pages.

Written by qpdf (pikepdf) in a process of its own, with limits to its memory and time: a PDF is a program's work on a stranger's file.
The words of the pages stay as they are. What a PDF can carry beside its pages is refused, each with its own sentence; who made it
and with what is taken out. A digital signature cannot survive being written anew: it is taken out too, and `was_signed` says so.
"""

import io
import json
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from marketplace.kernel import apart
from marketplace.kernel.errors import Invalid, TooLarge
from marketplace.kernel.language import Text, _

MEDIA_TYPE = "application/pdf"
MAX_UPLOAD_BYTES = 20 * 1024 * 1024
PAGES_MAX = 500
OBJECTS_MAX = 200_000
DECODED_BYTES_MAX = 400_000_000  # of all streams together
DEPTH_MAX = 60  # of values within each other
LIMITS = apart.Limits(memory_bytes=700_000_000, seconds=15)
_HEAD_BYTES = 1024  # within which a PDF says that it is one
_CHUNK = 1 << 20
_PACKED_TWICE = 2

_SCRIPTS = {"/JavaScript", "/JS"}
_SENDS_OR_STARTS = {"/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE"}
_PLAYS = {"/RichMediaExecute", "/Rendition", "/Movie", "/Sound", "/SetOCGStateRichMedia", "/GoTo3DView"}
_PLAYED = {"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"}
_TAKEN_OUT = ("/Metadata", "/PieceInfo", "/LastModified", "/AA")
_TAKEN_OUT_OF_THE_WHOLE = ("/OpenAction", "/Perms", "/DSS", "/SpiderInfo", "/URI")
_WAYS_TO_A_FILE = {"/F", "/UF", "/DOS", "/Mac", "/Unix"}
_PACKED = {"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"}
_FLATE = {"/FlateDecode", "/Fl"}
_PICTURES = {"/DCTDecode", "/DCT", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode", "/CCF"}


class Fault(StrEnum):
    """Why a PDF is refused."""

    BROKEN = "broken"
    ENCRYPTED = "encrypted"
    SCRIPT = "script"
    FILES = "files"
    ACTION = "action"
    MEDIA = "media"
    PAGES = "pages"
    TOO_MUCH = "too_much"


ADVICE = _("Open it on your computer, choose “Print” and then “Save as PDF”, and send that file.")
SENTENCES: dict[Fault, Text] = {
    Fault.BROKEN: _("This PDF is damaged or incomplete."),
    Fault.ENCRYPTED: _("This PDF is locked with a password or encrypted. Save it without protection, and send that file."),
    Fault.SCRIPT: _("There is a program (JavaScript) in this PDF, and that may do things by itself."),
    Fault.FILES: _("There are other files inside this PDF. Send each paper separately."),
    Fault.ACTION: _("This PDF starts a program, opens another file or sends data when somebody opens or clicks it."),
    Fault.MEDIA: _("There is sound, film or a 3D model in this PDF."),
    Fault.PAGES: _("This PDF has more than %(most)s pages. Send only the part that says what the paper proves.", most=PAGES_MAX),
    Fault.TOO_MUCH: _("This PDF is too complicated to look through."),
}
_WITH_ADVICE = (Fault.BROKEN, Fault.SCRIPT, Fault.ACTION, Fault.MEDIA, Fault.TOO_MUCH)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A PDF that was written anew."""

    content: bytes
    pages: int
    was_signed: bool = False


class Refused(Exception):
    """What is wrong with a PDF, on the side of the process that reads it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def is_pdf(upload: bytes) -> bool:
    """Whether the content says that it is a PDF, whatever its name says."""
    return b"%PDF-" in upload[:_HEAD_BYTES]


def rewrite(upload: bytes) -> Rewritten:
    """Look a PDF through and write it anew. Refused: more than 20 MB (TooLarge), or what a paper may not carry (Invalid)."""
    if len(upload) > MAX_UPLOAD_BYTES:
        raise TooLarge(_("This PDF is larger than 20 MB. Save it with smaller pictures, or send it in parts."), "file")
    try:
        answer = apart.run("from marketplace.kernel.pdfs import rewrite_apart; rewrite_apart()", upload, LIMITS)
    except apart.TooMuch as error:
        raise refusal(Fault.TOO_MUCH) from error
    head, _end, content = answer.partition(b"\n")
    result = json.loads(head)
    if "fault" in result:
        raise refusal(Fault(result["fault"]))
    return Rewritten(content, result["pages"], result["was_signed"])


def refusal(fault: Fault) -> Invalid:
    """The sentence of a fault, and what to do about it."""
    sentence = SENTENCES[fault]
    return Invalid(_("%(fault)s %(advice)s", fault=sentence, advice=ADVICE) if fault in _WITH_ADVICE else sentence, "file")


def rewrite_apart() -> None:
    """The other side of `rewrite`, in a process of its own."""
    result: dict[str, Any]
    try:
        made = written_anew(sys.stdin.buffer.read())
    except Refused as refused:
        result, content = {"fault": refused.fault.value}, b""
    else:
        result, content = {"pages": made.pages, "was_signed": made.was_signed}, made.content
    sys.stdout.buffer.write(b"\n".join([json.dumps(result).encode(), content]))


def written_anew(upload: bytes) -> Rewritten:
    """The same PDF with nothing but its pages. Raises `Refused`."""
    import pikepdf

    try:
        with pikepdf.open(
            io.BytesIO(upload), attempt_recovery=False, suppress_warnings=True, inherit_page_attributes=False
        ) as pdf:
            if pdf.is_encrypted:
                raise Refused(Fault.ENCRYPTED)
            _check_size(pdf)
            was_signed = _look_through(pdf)
            pages = len(pdf.pages)
            if not pages:
                raise Refused(Fault.BROKEN)
            _forget_makers(pdf)
            out = io.BytesIO()
            pdf.save(
                out,
                deterministic_id=True,
                compress_streams=False,  # packed streams stay as they are, without being unpacked
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
            )
    except pikepdf.PasswordError as error:
        raise Refused(Fault.ENCRYPTED) from error
    except MemoryError as error:
        raise Refused(Fault.TOO_MUCH) from error
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, TypeError, KeyError, RuntimeError, AttributeError) as error:
        raise Refused(Fault.BROKEN) from error
    return Rewritten(out.getvalue(), pages, was_signed)


def _check_size(pdf: Any) -> None:
    """Count objects and pages before qpdf copies the pages that come by again."""
    if len(pdf.objects) > OBJECTS_MAX:
        raise Refused(Fault.TOO_MUCH)
    waiting, seen, pages = [pdf.Root.Pages], set(), 0
    while waiting:
        node = waiting.pop()
        kids = node.get("/Kids")
        if kids is None:
            pages += 1
        elif node.objgen in seen:  # a circle
            raise Refused(Fault.BROKEN)
        else:
            seen.add(node.objgen)
            waiting += list(kids[: PAGES_MAX + 1])
        if pages + len(waiting) > PAGES_MAX:
            raise Refused(Fault.PAGES)


def _look_through(pdf: Any) -> bool:
    """Look at every value of the file, also those that no page shows. Whether it was signed."""
    import pikepdf

    budget, was_signed = DECODED_BYTES_MAX, False
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream):
            budget -= _decoded_bytes(thing, budget)
        for value in _dictionaries(thing):
            _check_dictionary(value)
            was_signed = _forget_maker(value) or was_signed
    for value in _dictionaries(pdf.trailer):
        _check_dictionary(value)
    return was_signed


def _dictionaries(thing: Any) -> Iterator[Any]:
    """Every dictionary that stands in this object itself. What it refers to comes by in its own turn."""
    import pikepdf

    waiting = [(thing, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEPTH_MAX:
            raise Refused(Fault.TOO_MUCH)
        if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
            inside: Any = [value.get(key) for key in list(value.keys())]
            yield value
        elif isinstance(value, pikepdf.Array):
            inside = list(value)
        else:
            continue
        waiting += [(item, depth + 1) for item in inside if isinstance(item, pikepdf.Object) and not item.is_indirect]


def _name(value: Any) -> str:
    import pikepdf

    return str(value) if isinstance(value, pikepdf.Name) else ""


def _check_dictionary(value: Any) -> None:
    """Refuse what is more than a page."""
    import pikepdf

    keys = set(value.keys())
    does, kind, role = _name(value.get("/S")), _name(value.get("/Subtype")), _name(value.get("/Type"))
    runs = does in _SCRIPTS or bool(keys & {"/JS", "/JavaScript", "/XFA"}) or kind == "/PS"
    if runs or str(value.get("/URI", "")).strip().lower().startswith("javascript:"):
        raise Refused(Fault.SCRIPT)
    is_elsewhere = isinstance(value, pikepdf.Stream) and "/F" in keys
    carried = value.get("/EF")
    carries = isinstance(carried, pikepdf.Dictionary) and bool(set(carried.keys()) & _WAYS_TO_A_FILE)
    if (
        carries
        or keys & {"/EmbeddedFiles", "/Collection"}
        or is_elsewhere
        or kind == "/FileAttachment"
        or role == "/EmbeddedFile"
    ):
        raise Refused(Fault.FILES)
    if does in _SENDS_OR_STARTS and role != "/StructElem":
        raise Refused(Fault.ACTION)
    if kind in _PLAYED or (does in _PLAYS and role != "/StructElem"):
        raise Refused(Fault.MEDIA)


def _decoded_bytes(stream: Any, budget: int) -> int:
    """How large a stream is unpacked, without keeping it in memory. Refused: more than is left of the budget."""
    import pikepdf

    declared = stream.get("/Filter", pikepdf.Array())
    filters = [_name(item) for item in declared] if isinstance(declared, pikepdf.Array) else [_name(declared)]
    packed = [item for item in filters if item in _PACKED]
    if len(packed) >= _PACKED_TWICE:
        raise Refused(Fault.TOO_MUCH)
    raw = stream.read_raw_bytes()
    if not packed:
        size = len(raw)
    elif filters[0] in _FLATE:
        size = _inflated_bytes(raw, budget)
    elif set(filters) & _PICTURES:
        raise Refused(Fault.TOO_MUCH)  # a packed picture behind another packing that no program writes
    else:
        try:
            size = len(stream.read_bytes())
        except pikepdf.PdfError as error:  # also what qpdf makes of too little memory
            raise Refused(Fault.TOO_MUCH) from error
    if size > budget:
        raise Refused(Fault.TOO_MUCH)
    return size


def _inflated_bytes(raw: bytes, budget: int) -> int:
    unpacking, size, rest = zlib.decompressobj(), 0, raw
    try:
        while rest and not unpacking.eof:
            size += len(unpacking.decompress(rest, _CHUNK))
            if size > budget:
                raise Refused(Fault.TOO_MUCH)
            rest = unpacking.unconsumed_tail
    except zlib.error as error:
        if not size:
            raise Refused(Fault.BROKEN) from error
    return size


def _forget_maker(value: Any) -> bool:
    """Take out of one dictionary who made it, with what, and what it does by itself. Whether it was a signature."""
    for key in _TAKEN_OUT:
        if key in value:
            del value[key]
    is_remark = "/Rect" in value and _name(value.get("/Subtype")) not in ("/Widget", "")
    if is_remark and "/T" in value:  # who wrote the remark
        del value["/T"]
    is_signature = _name(value.get("/FT")) == "/Sig" and "/V" in value
    if is_signature:
        del value["/V"]
    return is_signature


def _forget_makers(pdf: Any) -> None:
    """The same of the file as a whole."""
    for key in _TAKEN_OUT_OF_THE_WHOLE:
        if key in pdf.Root:
            del pdf.Root[key]
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    form = pdf.Root.get("/AcroForm")
    if form is not None and "/SigFlags" in form:
        del form["/SigFlags"]
