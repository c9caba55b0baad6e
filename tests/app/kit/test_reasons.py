"""Reasons are recognised by their form, wherever they are written."""

import ast
import inspect

import pytest

from segx_viewer.app.kit import language, reasons
from segx_viewer.explain import segu
from segx_viewer.inference import input_gate


@pytest.fixture
def german(qapp):
    language.use("de")
    yield
    language.use("en")


def written(module, names: set[str]) -> list[str]:
    """Return the sentences given to some functions in a module, "3 years" in the place of each value."""
    found = []
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        name = getattr(getattr(node, "func", None), "id", getattr(getattr(node, "func", None), "attr", ""))
        if isinstance(node, ast.Call) and name in names and node.args:
            for text in ast.walk(node.args[0]):
                if isinstance(text, ast.JoinedStr):
                    parts = [p.value if isinstance(p, ast.Constant) else "3 years" for p in text.values]
                    found.append("".join(parts))
            if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
                found.append(node.args[0].value)
    return found


def test_every_reason_of_the_gate_and_of_segu_has_a_german_form(german):
    sentences = written(input_gate, {"_refused", "_outside"}) + written(segu, {"append"})
    assert len(sentences) > 10
    for sentence in sentences:
        assert reasons.told(sentence) != sentence, sentence


@pytest.mark.parametrize(
    ("english", "german_words"),
    [
        (
            "The patient is 5 years old; the classifier learned from adults only.",
            "Der Patient ist 5 Jahre alt; der Klassifikator hat nur an Erwachsenen gelernt.",
        ),
        (
            "This is a CT slice; the model reads chest radiographs only. No region was found in the image.",
            "Das ist eine CT-Schicht; das Modell liest nur Thoraxaufnahmen. Im Bild wurde keine Region gefunden.",
        ),
        (
            "The file says that this shows: knee. The model reads chest radiographs only.",
            "Laut Datei zeigt das Bild: Knie. Das Modell liest nur Thoraxaufnahmen.",
        ),
        (
            "The file says that this shows: lumbar spine. The model reads chest radiographs only.",
            "Laut Datei zeigt das Bild: Lendenwirbelsäule. Das Modell liest nur Thoraxaufnahmen.",
        ),
        (
            "The file says that this shows: aorta. The model reads chest radiographs only.",
            "Laut Datei zeigt das Bild: Aorta. Das Modell liest nur Thoraxaufnahmen.",
        ),
        (
            "The file says that this shows: KNIE BDS. The model reads chest radiographs only.",
            "Laut Datei zeigt das Bild: KNIE BDS. Das Modell liest nur Thoraxaufnahmen.",
        ),
        ("Something new. And more.", "Something new. And more."),
        ("", ""),
    ],
)
def test_a_reason_is_told_in_german_with_its_values(german, english, german_words):
    assert reasons.told(english) == german_words


def test_in_english_reasons_stay_as_they_are(qapp):
    for form in reasons.FORMS:
        assert reasons.told(form.replace("{age}", "3 years")) == form.replace("{age}", "3 years")
