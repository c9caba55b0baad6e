"""What comes from below the window, errors and notes, is told in its language."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QLabel

import segx_viewer
from segx_viewer.app.dialogs.modeljobs import Side, Trial
from segx_viewer.app.dialogs.modelmanager import TrialDialog
from segx_viewer.app.kit import catalogues, forms, language
from segx_viewer.app.kit.i18n import CONTEXT
from segx_viewer.app.kit.reasons import told
from segx_viewer.errors import DiskFullError, ImageReadError, ModelError, SegxError, write_error
from segx_viewer.imaging.reader import read_image
from segx_viewer.reporting import reasons
from tests.gui.test_pseudo_language import Bracketed, untranslated

PACKAGE = Path(segx_viewer.__file__).parent
PLACE = re.compile(r"{(\w+)}")


@pytest.fixture(scope="module")
def below():
    return language.by_words(catalogues.forms_below())


class Known(QTranslator):
    """Brackets what a catalogue holds, and nothing else: a sentence with its values filled in is in none."""

    def __init__(self, texts):
        super().__init__()
        self._texts = texts

    def translate(self, context, text, disambiguation=None, number=-1):
        return Bracketed().get(text) if context == CONTEXT and text in self._texts else None

    def isEmpty(self):  # noqa: N802 - Qt's name
        return False


@pytest.fixture
def pseudo(qapp, monkeypatch, below):
    """A language that knows the forms as the sources have them, and brackets them."""
    translator = Known({*below, *reasons.FORMS})
    monkeypatch.setattr(language, "forms", lambda _name: below)
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)


@pytest.fixture
def german(qapp):
    language.use("de")
    yield
    language.use("en")


def filled(form: str) -> str:
    """Return a sentence as it is raised, with names of files in its places."""
    return PLACE.sub(lambda match: f"{match[1]}.png", form)


def test_every_sentence_that_can_be_raised_is_told_in_the_windows_language(pseudo, below):
    assert len(below) > 300
    missed = {form: told(filled(form)) for form in below if untranslated(told(filled(form)))}
    assert not missed, "\n".join(f"{form}  ->  {text}" for form, text in sorted(missed.items()))


def test_each_sentence_is_taken_for_itself_and_for_no_other(below):
    def say(text):
        return f"<{text}>" if text in below else text

    for form in below:
        assert reasons.told(filled(form), say, below) in (filled(f"<{form}>"), f"<{filled(form)}>")


def test_several_sentences_in_one_message_are_told_one_by_one(pseudo):
    text = "model.onnx is damaged; install the model again. The licence of the weights is not stated. a.png is empty."
    assert not untranslated(told(text))
    assert untranslated(told("a.png is empty. This is no sentence of ours."))


def test_what_is_filled_in_is_told_as_well_and_names_stay_as_they_are(german):
    assert told("x.npy could not be written: Permission denied.") == (
        "x.npy ließ sich nicht schreiben: keine Berechtigung."
    )
    assert told("image could not be written: the disk is full.").startswith("image ")
    said = "The classifier was exported in training mode (the same input gives another answer each time); "
    assert "Klassifikator" in told(said + "call .eval() before exporting it.")
    assert "jedes Mal" in told(said + "call .eval() before exporting it.")
    assert told("PACS: a DIMSE server needs a host.") == "PACS: Ein DIMSE-Server braucht einen Rechnernamen."
    assert told("Something else happened.") == "Something else happened."
    assert told("") == ""


def test_english_stays_as_it_was_raised(below):
    for form in below:
        assert told(filled(form)) == filled(form)


def test_translations_have_the_places_of_their_texts():
    for name in language.LANGUAGES:
        for text, translation in language.texts(name).items():
            assert sorted(PLACE.findall(text)) == sorted(PLACE.findall(translation)), text


def test_errors_that_files_really_raise_are_told_in_german(german, tmp_path, make_files):
    for path, begins in make_files.items():
        with pytest.raises(SegxError) as raised:
            read_image(path)
        text = told(raised.value)
        assert text.startswith(path.name)
        assert begins in text, text
        assert text != str(raised.value)


@pytest.fixture
def make_files(tmp_path):
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_text("This is a text and no picture, whatever its name says.")
    (tmp_path / "photo.psd").write_bytes(b"8BPS" + bytes(200))
    Image.effect_noise((64, 64), 90).save(tmp_path / "cut.png")
    whole = (tmp_path / "cut.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "dir").mkdir()
    return {
        tmp_path / "empty.png": "ist leer",
        tmp_path / "text.png": "kein Bild",
        tmp_path / "photo.psd": "ein Photoshop-Dokument",
        tmp_path / "cut.png": "beschädigt",
        tmp_path / "dir": "ist ein Ordner",
        tmp_path / "missing.png": "gibt es nicht",
    }


def test_a_file_that_cannot_be_opened_says_so_in_german_and_again_in_english(qtbot, window, tmp_path):
    path = tmp_path / "photo.psd"
    path.write_bytes(b"8BPS" + bytes(200))
    window.commands.run("language_de")
    try:
        window.open_paths([path])
        shown = lambda: " ".join(label.text() for label in window.message_page.findChildren(QLabel))  # noqa: E731
        qtbot.waitUntil(lambda: "ein Photoshop-Dokument" in shown())
        window.commands.run("language_en")
        assert "a Photoshop document" in shown()
    finally:
        language.use("en")


_ELSEWHERE = {  # made of sentences that are errors themselves, or written out by a function that marks what it returns
    *("_miscounted", "_in_training", "_codec", "_refusal", "unknown_syntax", "_why_not", "_status_sentence"),
    *("beyond_reason", "tr", "format", "join", "_misfit", "worded"),
}


def test_nothing_is_raised_that_no_catalogue_can_know():
    """An error's text is written where it is raised, or by a function that marks it."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")}
    family = forms._family(trees.values())
    found = []
    for path, tree in trees.items():
        place = path.relative_to(PACKAGE).as_posix()
        if place.startswith(forms._UNSEEN) and place not in forms._SEEN:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in family and node.args:
                text = node.args[0]
                if isinstance(text, ast.Call):
                    name = text.func.attr if isinstance(text.func, ast.Attribute) else text.func.id
                    known = name in _ELSEWHERE
                else:
                    known = isinstance(text, ast.JoinedStr | ast.Constant | ast.IfExp | ast.BoolOp)
                    known = known or isinstance(text, ast.Name | ast.Subscript)  # a sentence made before
                if not known:
                    found.append(f"{place}:{node.lineno}: {ast.unparse(text)}")
    assert not found, "\n".join(found)


def test_an_errors_kind_stays_what_it_is_whatever_the_language(german):
    error = write_error(Path("a.png"), OSError(28, "No space left on device"))
    assert isinstance(error, DiskFullError)
    assert str(error) == "a.png could not be written: the disk is full."
    assert told(error) == "a.png ließ sich nicht schreiben: Der Datenträger ist voll."
    assert told(ModelError("There is no weights file net.pth.")) == "Eine Gewichtsdatei net.pth gibt es nicht."
    assert told(ImageReadError("a.png does not exist.")) == "a.png gibt es nicht."


def test_the_notes_of_a_trial_are_told_in_german(qtbot, opened, german):
    analysis = opened.workspace.analyses.current
    notes = (
        "The classifier's batch norms have never seen an image: its weights look untrained.",
        "net.pth: 7 weights are not used: a.weight, b.weight and 5 more.",
        "Explained by Occlusion, RISE only: it has no feature maps that its scores come from alone.",
    )
    side = Side("Own", analysis, np.zeros((9, 9, 3), np.uint8))
    dialog = TrialDialog(opened, Trial(Path(), side, notes))
    qtbot.addWidget(dialog)
    shown = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "sehen untrainiert aus" in shown
    assert "7 Gewichte werden nicht benutzt: a.weight, b.weight und 5 weitere" in shown
    assert "Erklärt nur durch Occlusion, RISE: es hat keine Merkmalskarten" in shown
    assert not any(note in shown for note in notes)


def test_what_an_archive_answers_and_a_calibration_reports_is_told_in_german(german):
    assert told("PACS has stored it.") == "PACS hat es gespeichert."
    assert told("PACS refused it: it has no space left.") == "PACS lehnte es ab: er hat keinen Platz mehr."
    assert told("HIGH, wrong in at most 5%: promised").endswith("falsch in höchstens 5%: zugesagt")
