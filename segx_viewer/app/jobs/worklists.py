"""A run's results for the window: read, located, noted and handed out, beside the window."""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from segx_viewer.cohort import handpicked
from segx_viewer.cohort.marks import Mark, Marks
from segx_viewer.cohort.places import Where, place_of
from segx_viewer.cohort.results import Result, read_results, read_settings
from segx_viewer.domain.request import CancelToken
from segx_viewer.imaging.containers import Containers

_TOLD = 100  # files, between two words about a search


@dataclass(frozen=True, slots=True)
class Opened:
    """What was read: results, marks, and the classes that have a probability, by code."""

    results: list[Result]
    marks: Marks
    classes: Mapping[str, str]


class Worklists:
    """One run's results. Everything but `begin_search` runs in a lane."""

    def __init__(self, folder: Where, spare: Path) -> None:
        self.folder, self._spare = folder, spare
        self.key = hashlib.sha256(os.fsencode(folder.absolute() if isinstance(folder, Path) else folder)).hexdigest()[
            :16
        ]
        self.identity = False
        self._results: list[Result] = []
        self._marks: Marks | None = None
        self._containers = Containers()
        self._search = CancelToken()

    def read(self) -> Opened:
        """Read results and marks. Raises `SegxError`."""
        self.identity = bool(read_settings(self.folder).get("include_identity"))
        self._results = read_results(self.folder)
        self._marks = Marks(self.folder, self._spare)
        return Opened(self._results, self._marks, _classes(self._results))

    def known_place(self, remembered: object) -> Where | None:
        """Return where to look for the images without asking: where it was done before, or an index beside them."""
        from segx_viewer.cohort.sources import INDEX

        place = place_of(str(remembered)) if remembered else None
        if isinstance(place, str) or (place is not None and place.exists()):
            return place
        beside = self.folder / INDEX if isinstance(self.folder, Path) else None
        return beside if beside is not None and beside.exists() else None

    def begin_search(self) -> CancelToken:
        """Give up the search under way; return the token of the next one."""
        self._search.cancel()
        self._search = CancelToken()
        return self._search

    def find(self, place: Where, cancel: CancelToken, tell: Callable[[int, int], None]) -> dict[int, str]:
        """Return where the images lie, by number. Raises `SegxError`."""
        from segx_viewer.cohort.sources import find_sources

        def step(looked: int, found: int) -> None:
            cancel.raise_if_cancelled()
            if looked % _TOLD == 0:
                tell(looked, found)

        return find_sources(self._results, place, step)

    def locate(self, label: str) -> Path:
        """Return an image's file. Raises `ImageReadError`."""
        from segx_viewer.cohort.sources import located

        return located(label, self._containers)

    def write(self, marks: Mapping[str, Mark]) -> bool:
        """Write the marks; return whether they are in the results' folder, not in the user's. Raises `ExportError`."""
        return self._marks.write(marks) if self._marks is not None else True

    def export(
        self, results: Sequence[Result], marks: Mapping[str, Mark], target: Path, reports: bool, notes: bool
    ) -> int:
        """Write the marked ones into a folder; return how many files were copied. Raises `ExportError`."""
        return handpicked.export(results, marks, self.folder, target, reports=reports, notes=notes)

    def close(self) -> None:
        """Look no further, and remove what was unpacked."""
        self._search.cancel()
        self._containers.close()


def _classes(results: Sequence[Result]) -> dict[str, str]:
    """Return the classes that have scores, by code, in words where some image was of them."""
    words = {result.code: result.finding for result in results if result.code}
    codes = dict.fromkeys(
        part.rpartition("=")[0] for scores in {_codes(result) for result in results} for part in scores
    )
    return {code: words.get(code, code) for code in sorted(codes) if code}


def _codes(result: Result) -> tuple[str, ...]:
    return tuple(f"{part.rpartition('=')[0]}=" for part in result.scores.split("; ") if part)
