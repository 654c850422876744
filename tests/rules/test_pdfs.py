"""What becomes of an uploaded PDF: its words stay, its maker goes, and what is more than a page is refused with its own sentence."""

import io
import zlib

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String
from pypdf import PdfReader

from marketplace.kernel import apart, pdfs
from marketplace.kernel.errors import Invalid, TooLarge
from marketplace.kernel.language import reading_in
from marketplace.kernel.pdfs import Fault, Refused, is_pdf, rewrite, written_anew
from tests.pdfs import EVIL, MAKER, WORDS, action, annotated, at_root, blank, changed, good, saved

SAID = {
    Fault.BROKEN: "beschadigd of onvolledig",
    Fault.ENCRYPTED: "beveiligd met een wachtwoord of versleuteld",
    Fault.SCRIPT: "programma (JavaScript)",
    Fault.FILES: "andere bestanden",
    Fault.ACTION: "start een programma",
    Fault.MEDIA: "geluid, film of een 3D-model",
    Fault.PAGES: "meer dan 500 bladzijden",
    Fault.TOO_MUCH: "te ingewikkeld",
}

SLOW = ("bomb", "a million pages", "a million pages that say they are one")


def texts(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def test_the_words_stay_and_the_maker_goes() -> None:
    before = good()
    made = rewrite(before)
    assert texts(made.content) == texts(before) == list(WORDS)
    assert (made.pages, made.was_signed) == (2, False)
    assert MAKER.encode() in before
    with pikepdf.open(io.BytesIO(made.content)) as pdf:
        everything = saved(
            pdf, stream_decode_level=pikepdf.StreamDecodeLevel.all, object_stream_mode=pikepdf.ObjectStreamMode.disable
        )
        assert "/Info" not in pdf.trailer
        assert "/Metadata" not in pdf.Root
    assert b"Jansen" not in everything
    assert b"Word" not in everything


def test_the_same_file_gives_the_same_bytes() -> None:
    assert written_anew(good()).content == written_anew(good()).content


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in EVIL])
def test_what_is_more_than_pages_is_refused(name: str) -> None:
    fault, make = EVIL[name]
    with pytest.raises(Refused) as refused:
        written_anew(make())
    assert refused.value.fault == fault


@pytest.mark.slow
@pytest.mark.parametrize("name", ["script on opening", "embedded file", "locked", "launch", "501 pages", "bomb", "half", "film"])
def test_each_has_a_sentence_of_its_own(name: str) -> None:
    fault, make = EVIL[name]
    with pytest.raises(Invalid) as refused:
        rewrite(make())
    assert refused.value.field == "file"
    with reading_in("nl"):
        assert SAID[Fault(fault)] in str(refused.value)


def test_the_sentences_are_all_different() -> None:
    assert {str(pdfs.refusal(fault)) for fault in Fault} == {str(pdfs.refusal(fault)) for fault in SAID}
    assert len({str(pdfs.refusal(fault)) for fault in Fault}) == 8


def test_a_file_has_twenty_megabytes_at_most() -> None:
    whole = good()
    with pytest.raises(TooLarge) as refused:
        rewrite(whole + bytes(20 * 1024 * 1024 + 1 - len(whole)))
    assert refused.value.status == 413


@pytest.mark.slow
def test_what_needs_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream of 150 MB behind a packing that is only undone as a whole."""
    monkeypatch.setattr(pdfs, "LIMITS", apart.Limits(memory_bytes=150_000_000, seconds=20))
    packed = zlib.compress(bytes(150_000_000)).hex().encode()
    bomb = changed(lambda pdf: at_root(Bomb=Stream(pdf, packed, Filter=Array([Name.ASCIIHexDecode, Name.FlateDecode])))(pdf))
    with pytest.raises(Invalid) as refused:
        rewrite(bomb)
    assert str(refused.value) == str(pdfs.refusal(Fault.TOO_MUCH))


def test_what_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfs, "LIMITS", apart.Limits(memory_bytes=700_000_000, seconds=0))
    with pytest.raises(Invalid):
        rewrite(good())


def test_links_and_remarks_stay_without_a_name() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Annots = Array(
            [
                Dictionary(
                    Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action("/URI", URI=String("https://a.nl"))
                ),
                Dictionary(
                    Type=Name.Annot, Subtype=Name.Text, Rect=Array([0, 0, 9, 9]), T=String(MAKER), Contents=String("Zie p. 2")
                ),
            ]
        )
        pdf.Root.OpenAction = Array([pdf.pages[0].obj, Name.Fit])

    with pikepdf.open(io.BytesIO(written_anew(changed(change)).content)) as pdf:
        link, remark = pdf.pages[0].obj.Annots
        assert str(link.A.URI) == "https://a.nl"
        assert str(remark.Contents) == "Zie p. 2"
        assert "/T" not in remark
        assert "/OpenAction" not in pdf.Root


def test_a_signature_is_taken_out_and_told() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        value = pdf.make_indirect(
            Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Contents=String("x"), Name=String(MAKER))
        )
        field = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T=String("Handtekening"), V=value, Rect=Array([0, 0, 9, 9])
            )
        )
        pdf.pages[0].obj.Annots = Array([field])
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)

    made = written_anew(changed(change))
    assert made.was_signed
    with pikepdf.open(io.BytesIO(made.content)) as pdf:
        assert "/V" not in pdf.Root.AcroForm.Fields[0]
        assert "/SigFlags" not in pdf.Root.AcroForm
    assert texts(made.content) == list(WORDS)


def test_old_words_of_a_paper_that_was_changed_later_are_gone() -> None:
    first = good()
    with pikepdf.open(io.BytesIO(first)) as pdf:
        pdf.pages[1].obj.Contents = pdf.make_stream(b"BT /F1 12 Tf 72 720 Td (Klasse industrie) Tj ET")
        second = saved(pdf)
    assert texts(written_anew(second).content) == [WORDS[0], "Klasse industrie"]


def test_names_that_programs_give_their_fonts_are_not_taken_for_files_or_scripts() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        fonts = pdf.pages[0].obj.Resources.Font
        fonts["/EF"] = fonts["/AF"] = fonts.F1

    assert written_anew(changed(change)).pages == 2


def test_the_content_says_what_it_is() -> None:
    assert is_pdf(good())
    assert is_pdf(b"\n" * 100 + good())
    assert not is_pdf(b"\x89PNG\r\n\x1a\n")
    assert not is_pdf(b"x" * 1100 + good())


def test_pages_are_counted_up_to_five_hundred() -> None:
    pdf = blank()
    for _page in range(498):
        pdf.pages.append(pdf.pages[0])
    assert written_anew(saved(pdf)).pages == 500


def test_a_stray_annotation_without_meaning_is_no_reason_to_refuse() -> None:
    assert written_anew(changed(annotated(Subtype=Name.Square))).pages == 2
