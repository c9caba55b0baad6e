"""The settings that a reader chooses, one row each: key in the settings file, default, words, and what is allowed.

The settings file is text that people edit: whatever it holds, a value here is one that is allowed. The settings page is
made from these rows.
"""

from segx_viewer.app.kit import settings
from segx_viewer.app.kit.i18n import mark

LANGUAGES = {"en": "English", "de": "Deutsch"}


class Choice:
    """One of several values, each with its words (marked for translation)."""

    __slots__ = ("choices", "default", "key", "text")

    def __init__(self, key: str, default: str, text: str, choices: dict[str, str]) -> None:
        self.key, self.default, self.text, self.choices = key, default, text, choices

    def value(self) -> str:
        """Return the reader's choice, the default where there is none that is allowed."""
        stored = str(settings.settings().value(self.key, self.default))
        return stored if stored in self.choices else self.default

    def choose(self, value: str) -> None:
        """Remember a choice.

        Raises
        ------
        ValueError
            If it is none of the choices.
        """
        if value not in self.choices:
            raise ValueError(f"{self.key} has no choice {value!r}.")
        settings.settings().setValue(self.key, value)


class Number:
    """A number with its range, decimals and unit (marked for translation)."""

    __slots__ = ("decimals", "high", "key", "low", "text", "unit")

    def __init__(self, key: str, text: str, low: float, high: float, decimals: int, unit: str) -> None:
        self.key, self.text, self.low, self.high, self.decimals, self.unit = key, text, low, high, decimals, unit

    def value(self, default: float) -> float:
        """Return the reader's number; `default` where there is none that makes sense."""
        try:
            number = float(str(settings.settings().value(self.key, default)))
        except ValueError:
            return default
        return number if number >= 0 else default

    def choose(self, value: float) -> None:
        """Remember a number."""
        settings.settings().setValue(self.key, value)


_DRAGS = {"window": mark("Window and level"), "zoom": mark("Zoom"), "pan": mark("Pan")}
_WHEEL = {"scroll": mark("Scroll, or zoom where there is no stack"), "zoom": mark("Zoom")}

THEME = Choice("theme", "dark", mark("Theme"), {"dark": mark("Dark"), "light": mark("Light")})
LANGUAGE = Choice("language", "en", mark("Language"), LANGUAGES)
TOOLS = Choice(
    "tools/stay",
    "false",
    mark("After a drawing"),
    {"false": mark("the tool is put away"), "true": mark("the tool stays")},
)
MOUSE = {
    "left": Choice("mouse/left", "window", mark("Left button, drag"), _DRAGS),
    "middle": Choice("mouse/middle", "pan", mark("Middle button, drag"), _DRAGS),
    "right": Choice("mouse/right", "zoom", mark("Right button, drag"), _DRAGS),
    "wheel": Choice("mouse/wheel", "scroll", mark("Wheel"), _WHEEL),
}
REMEMBER = Choice(
    "privacy/days",
    "30",
    mark("Remember opened files and the session"),
    {
        "0": mark("until the program ends"),
        "1": mark("for one day"),
        "7": mark("for a week"),
        "30": mark("for 30 days"),
        "-1": mark("until they are forgotten here"),
    },
)
MEGAPIXELS = Number("limits/megapixels", mark("Largest picture"), 1, 4000, 0, mark(" megapixels"))
GIGABYTES = Number("limits/gigabytes", mark("Memory for decoding a file"), 0.5, 256, 1, mark(" GB"))
SECONDS = Number("limits/seconds", mark("Time for decoding a file"), 1, 3600, 0, mark(" seconds"))

TABLE: tuple[Choice | Number, ...] = (
    THEME,
    LANGUAGE,
    TOOLS,
    *MOUSE.values(),
    REMEMBER,
    MEGAPIXELS,
    GIGABYTES,
    SECONDS,
)
"""All of them; keys of commands are kept by `model.actions`, what is asked in a dialog by the dialog."""
