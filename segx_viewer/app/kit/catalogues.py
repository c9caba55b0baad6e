"""The translations' catalogues, and the texts in the code that belong into them.

``python -m segx_viewer.app.kit.catalogues`` brings the catalogues up to date.
"""

import ast
import tomllib
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

from segx_viewer.app.kit.forms import WORDS, error_forms
from segx_viewer.app.kit.i18n import CONTEXT
from segx_viewer.app.kit.language import BELOW, LANGUAGES, folder, read_catalogue
from segx_viewer.paths import models_folder, resources_folder


def source_texts(package: Path) -> set[str]:
    """Return every text marked with `tr` or `mark` below a folder."""
    found = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("tr", "mark", "say"):
                argument = node.args[0] if node.args else None
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    found.add(argument.value)
    return found


def outside_texts() -> set[str]:
    """Return the texts of other packages that the window translates."""
    from segx_viewer.checks import verdicts
    from segx_viewer.domain import lesion
    from segx_viewer.domain.age import WORDS
    from segx_viewer.domain.bodymap import PART_NAMES
    from segx_viewer.domain.image import SpacingOrigin
    from segx_viewer.domain.methods import COMBINED
    from segx_viewer.domain.request import Stage
    from segx_viewer.domain.result import GateLevel, Level, Target
    from segx_viewer.explain import segu
    from segx_viewer.explain.alignment import ALIGNMENTS
    from segx_viewer.imaging.bodyparts import part_terms
    from segx_viewer.reporting import promised
    from segx_viewer.reporting.reading import Shape

    texts = {word.value for kind in (Stage, SpacingOrigin, Level, GateLevel, Target, Shape) for word in kind}
    texts |= {*lesion.COLOURS, *lesion.STRUCTURES, *lesion.MAJOR, *lesion.MINOR, *PART_NAMES}
    texts |= {word.value for word in lesion.Verdict} | {
        "beside the drawing",
        "body map",
        "front",
        "back",
        "left",
        "right",
    }
    texts |= {word for both in WORDS.values() for word in both} | set(part_terms().values())
    texts |= {
        segu.NOT_CALIBRATED,
        segu.NOT_PREDICTED,
        segu.NO_LEVEL,
        segu.UNSTATED,
        segu.NO_EXPLANATION,
        "slow",
        "very slow",
        *promised.TEXTS,
    }
    texts |= {method.label for method in COMBINED.values()} | set(verdicts.TEXTS)
    texts |= {text for measure in ALIGNMENTS.values() for text in (measure.label, measure.sentence)}
    for manifest in models_folder().glob("*/bundle.toml"):
        bundle = tomllib.loads(manifest.read_text(encoding="utf-8"))
        texts |= {
            bundle["title"],
            bundle["image_kind"],
            bundle["region"],
            *(info["label"] for info in bundle["classes"]),
        }
        texts |= {region["name"] for region in bundle.get("regions", ())}
        texts |= {word for key, word in bundle.get("gate", {}).get("kind", {}).items() if key in ("one", "many")}
        texts |= {part["label"] for part in _subgroups(manifest.with_name("recipe.toml"))}
    kinds = tomllib.loads((resources_folder() / "image_kinds.toml").read_text(encoding="utf-8"))
    texts |= {kind[key] for kind in kinds.values() for key in ("one", "many") if key in kind}
    return texts


def _subgroups(recipe: Path) -> list[dict[str, str]]:
    """Return within which images a recipe has the levels keep their promise: its bundle says so in the same words."""
    if not recipe.is_file():
        return []
    table = tomllib.loads(recipe.read_text(encoding="utf-8"))["recipe"]
    return list(table.get("evaluation", {}).get("within", ()))


def forms_below() -> set[str]:
    """Return the forms of the sentences that come from below the window, and the words that are filled into them."""
    return error_forms(Path(__file__).parents[2]) | set(WORDS)


def all_texts() -> set[str]:
    """Return every text that a catalogue holds."""
    app = Path(__file__).parent.parent
    return outside_texts() | source_texts(app) | source_texts(app.with_name("reporting")) | forms_below()


def update(name: str) -> int:
    """Bring a language's catalogue up to date; return how many texts have no translation yet."""
    path = folder() / f"segx_viewer_{name}.ts"
    translations, texts = read_catalogue(path) if path.is_file() else {}, all_texts()
    write_catalogue(path, name, texts, translations)
    return len(texts - translations.keys())


def write_catalogue(path: Path, language: str, texts: Iterable[str], translations: dict[str, str]) -> None:
    """Write a .ts file with every text; what is not translated yet is marked unfinished for Qt Linguist.

    Sorted, and without the texts' places: a module that moves changes no catalogue, and two people's texts rarely meet.
    """
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en")
    contexts = {}
    for name in (CONTEXT, BELOW):
        contexts[name] = ElementTree.SubElement(root, "context")
        ElementTree.SubElement(contexts[name], "name").text = name
    below = forms_below()
    for text in sorted(texts, key=lambda text: (text.casefold(), text)):
        message = ElementTree.SubElement(contexts[BELOW if text in below else CONTEXT], "message")
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
