"""Papers: people's words are data, the compiler sees one folder, limits hold, faults are told."""

import io
import time
from pathlib import Path

import pytest
from pypdf import PdfReader

from exchange.core import printing, typesetting
from exchange.core.printing import NotPrinted, pdf, printable

ABOUT = {"lang": "en", "region": "gb", "marks": ["Invented"], "words": {"page": "Page"}}


@pytest.fixture
def template(tmp_path):
    """template(source) -> a template in a folder of its own."""

    def made(source: str) -> Path:
        path = tmp_path / "sheet.typ"
        head = '#import "house.typ": *\n#show: house.with(title: paper.title)\n= #paper.title\n'
        path.write_text(head + source)
        return path

    return made


def read(made: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)


def paper(**values):
    return {"about": ABOUT, "paper": {"title": "A sheet", **values}}


def test_a_paper_has_its_words_marks_and_tags(template):
    made = pdf(template("#paper.text"), paper(text="Ŵyl *a* #panic() thŷ"))
    words = " ".join(read(made).split())
    assert words == "A sheet Ŵyl *a* #panic() thŷ A sheet · Invented Page 1 / 1"
    reader = PdfReader(io.BytesIO(made))
    assert reader.metadata["/Title"] == "A sheet"
    assert b"pdfuaid" in reader.trailer["/Root"]["/Metadata"].get_data()


@pytest.mark.parametrize(("lang", "region", "told"), [("cy", None, "cy"), ("ar", "eg", "ar-EG")])
def test_a_paper_says_its_language(template, lang, region, told):
    about = {**ABOUT, "lang": lang, "region": region, "marks": []}
    made = pdf(template("#paper.text"), {"about": about, "paper": {"title": "T", "text": "Tŷ"}})
    assert PdfReader(io.BytesIO(made)).trailer["/Root"]["/Lang"] == told


def test_emoji_are_named_and_letters_without_a_font_do_not_stop_it(template):
    assert "[woman][girl] [party popper]" in read(
        pdf(template("#paper.text"), paper(text="👩\u200d👧\ufe0f 🎉"))
    )
    made = pdf(template("#paper.text"), paper(text="\ue000 \U00012000 after"))
    assert "after" in read(made)
    assert PdfReader(io.BytesIO(made)).trailer["/Root"]["/MarkInfo"]["/Marked"]


@pytest.mark.parametrize("path", ["../secret.txt", "/etc/hostname", "../../secret.txt"])
def test_nothing_outside_its_folder_can_be_read(template, tmp_path, path, caplog):
    (tmp_path.parent / "secret.txt").write_text("secret")
    with pytest.raises(NotPrinted):
        pdf(template(f'#read("{path}")'), paper())
    assert "secret" not in caplog.text.replace("secret.txt", "")


def test_a_fault_is_told_and_the_log_quotes_nobody(template, caplog):
    with pytest.raises(NotPrinted, match="Tell whoever looks after this site"):
        pdf(template("#panic(paper.text)"), paper(text="private words"))
    assert "not printed: sheet.typ" in caplog.text
    assert "private" not in caplog.text


def test_too_much_is_refused_before_it_is_set(template):
    with pytest.raises(NotPrinted, match="too much"):
        pdf(template("#paper.text"), paper(text="x " * 1_100_000))


def test_a_paper_that_never_ends_is_stopped(template, monkeypatch):
    monkeypatch.setattr(printing, "LONGEST", 0.5)
    began = time.monotonic()
    with pytest.raises(NotPrinted, match="too long"):
        pdf(template("#for a in range(9999) { for b in range(9999) { let c = a * b } }"), paper())
    assert time.monotonic() - began < 5


def test_when_many_are_made_the_next_is_told_to_wait(template, monkeypatch):
    monkeypatch.setattr(printing, "PATIENCE", 0.01)
    for _ in range(printing.AT_ONCE):
        assert printing._places.acquire(timeout=1)
    try:
        with pytest.raises(NotPrinted) as told:
            pdf(template(""), paper())
        assert told.value.busy
    finally:
        for _ in range(printing.AT_ONCE):
            printing._places.release()
    assert pdf(template(""), paper()).startswith(b"%PDF-")


def test_text_made_fit_for_paper():
    assert printable({"a": ["x\0y\u202ez", 1, None]}) == {"a": ["x yz", 1, None]}
    assert printable("a\r\nb\ud800") == "a\nb?"
    long = printable("w" * 30).split("\u200b")
    assert ("".join(long), max(map(len, long))) == ("w" * 30, 14)


def test_only_symbols_are_named():
    named = typesetting._named({"a": ["🎉 ☃\ufe0f ک"]}, frozenset("🎉☃ک"))
    assert named == {"a": ["[party popper] [snowman] ک"]}
