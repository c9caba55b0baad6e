"""What the options of `models add` are called in the form for a model: sentences from below the window name options."""

import re

from segx_viewer.app.kit.i18n import mark, tr

FIELDS = {
    "--name": mark("Short name"),
    "--architecture": mark("Architecture"),
    "--classes": mark("Classes, with cut-offs"),
    "--activation": mark("One class or several"),
    "--highest": mark("Input size, and the value of white"),
    "--output": mark("It gives, and which output"),
    "--take": mark("It gives, and which output"),
    "--head-activation": mark("Between a head's layers"),
    "--segmenter": mark("Segmenter: file, or model to borrow from"),
    "--segmenter-architecture": mark("Its architecture and encoder"),
    "--segmenter-encoder": mark("Its architecture and encoder"),
    "--segmenter-output": mark("It gives, for one class or several"),
    "--segmenter-activation": mark("It gives, for one class or several"),
    "--channels": mark("Region, and its channels"),
    "--allow-unused": mark("Leave out weights that the architecture has no place for"),
}
_OPTION = re.compile(r"--[a-z][a-z-]*[a-z]")
_COMMAND = "python -m "


def by_fields(sentence: str) -> str:
    """Return a sentence with the form's fields in the place of options; commands of other programs stay."""
    if _COMMAND in sentence:
        return sentence
    quoted = tr('"{field}"')
    return _OPTION.sub(lambda m: quoted.format(field=tr(FIELDS[m[0]])) if m[0] in FIELDS else m[0], sentence)
