"""The translations' catalogues, and the texts in the code that belong into them.

``python -m segx_viewer.app.kit.catalogues`` brings the catalogues up to date.
"""

import ast
import tomllib
from pathlib import Path
from xml.etree import ElementTree

from segx_viewer.app.kit.i18n import CONTEXT
from segx_viewer.app.kit.language import LANGUAGES, folder, read_catalogue
from segx_viewer.paths import models_folder


def source_texts(package: Path) -> dict[str, str]:
    """Return every text marked with `tr` or `mark` below a folder, with the module that holds it."""
    found: dict[str, str] = {}
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("tr", "mark"):
                argument = node.args[0] if node.args else None
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    found.setdefault(argument.value, path.relative_to(package).as_posix())
    return found


def outside_texts() -> dict[str, str]:
    """Return the texts of other packages that the window translates, with the module that holds them."""
    from segx_viewer.domain.image import SpacingOrigin
    from segx_viewer.domain.request import Stage
    from segx_viewer.explain import segu
    from segx_viewer.explain.alignment import ALIGNMENTS

    found = {stage.value: "../domain/request.py" for stage in Stage}
    found |= {origin.value: "../domain/image.py" for origin in SpacingOrigin}
    found |= dict.fromkeys((segu.NOT_CALIBRATED, segu.NOT_PREDICTED), "../explain/segu.py")
    for measure in ALIGNMENTS.values():
        found |= dict.fromkeys((measure.label, measure.sentence), "../explain/alignment.py")
    found |= dict.fromkeys(("slow", "very slow"), "../inference/attribution/base.py")
    for manifest in sorted(models_folder().glob("*/bundle.toml")):
        bundle = tomllib.loads(manifest.read_text(encoding="utf-8"))
        texts = [bundle["region"], *(info["label"] for info in bundle["classes"])]
        found |= dict.fromkeys(texts, f"models/{manifest.parent.name}")
    return found


def all_texts() -> dict[str, str]:
    """Return every text that a catalogue holds."""
    return {**outside_texts(), **source_texts(Path(__file__).parent.parent)}


def update(name: str) -> int:
    """Bring a language's catalogue up to date; return how many texts have no translation yet."""
    path = folder() / f"segx_viewer_{name}.ts"
    translations, texts = read_catalogue(path) if path.is_file() else {}, all_texts()
    write_catalogue(path, name, texts, translations)
    return len(texts.keys() - translations.keys())


def write_catalogue(path: Path, language: str, texts: dict[str, str], translations: dict[str, str]) -> None:
    """Write a .ts file with every text; what is not translated yet is marked unfinished for Qt Linguist."""
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en")
    context = ElementTree.SubElement(root, "context")
    ElementTree.SubElement(context, "name").text = CONTEXT
    for text, module in texts.items():
        message = ElementTree.SubElement(context, "message")
        ElementTree.SubElement(message, "location", filename=module)
        ElementTree.SubElement(message, "source").text = text
        translation = ElementTree.SubElement(message, "translation")
        if text in translations:
            translation.text = translations[text]
        else:
            translation.set("type", "unfinished")
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8")


if __name__ == "__main__":
    for code in LANGUAGES:
        if code != "en":
            update(code)
