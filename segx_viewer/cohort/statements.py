"""What is stated of each image of a run, by its row; also by rows that earlier versions wrote, which do not say it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.result import Activation, ClassInfo, GateLevel, Level
from segx_viewer.errors import SegxError
from segx_viewer.explain.segu import UNSTATED

Row = Mapping[str, object]


def scores_of(text: object) -> dict[str, float]:
    """Return the probabilities of a row by code, as "CODE=P; CODE=P ..." has them.

    Examples
    --------
    >>> scores_of("mel=0.620000; nv=0.380000")
    {'mel': 0.62, 'nv': 0.38}
    """
    parts = (part.rpartition("=") for part in str(text or "").split("; "))
    return {code: float(value) for code, _, value in parts if code}


def stated_by(row: Row, cut_offs: Mapping[str, float] | None = None) -> tuple[str, ...] | None:
    """Return the codes of what is stated of an image; () where no finding is, None where no statement is made.

    Parameters
    ----------
    row : mapping
    cut_offs : mapping, optional
        Of the model, by code, where it tells several findings: for rows without "stated".

    Examples
    --------
    >>> stated_by({"stated": "eff; mass", "badge": "LOW"}), stated_by({"stated": "", "none_of_them": 0.6})
    (('eff', 'mass'), ())
    >>> stated_by({"class_code": "mel", "badge": "ABSTAIN"}), stated_by({"class_code": "mel", "badge": "LOW"})
    (None, ('mel',))
    """
    if row.get("stated"):
        return tuple(str(row["stated"]).split("; "))
    if "stated" in row:
        return None if row.get("none_of_them") is None else ()
    code = str(row.get("class_code") or row.get("class_label") or "")
    accepted = row.get("gate") in (None, "", GateLevel.ACCEPTED)
    if not code or not accepted or row.get("badge") == Level.ABSTAIN:
        return None
    if cut_offs:
        scores = scores_of(row.get("probabilities"))
        return tuple(c for c in sorted(scores, key=lambda c: -scores[c]) if scores[c] > cut_offs.get(c, 1.0))
    return () if str(row.get("badge_reason") or "").startswith(UNSTATED) else (code,)


@dataclass(frozen=True, slots=True)
class Models:
    """What is known of a run's models: cut-offs of those that tell several findings, and the words for their codes.

    `cut_offs` by model and version, of those installed; `labels` by model and code.
    """

    cut_offs: Mapping[tuple[str, str], Mapping[str, float]]
    labels: Mapping[tuple[str, str], str]

    def stated(self, row: Row) -> tuple[str, ...] | None:
        """Return the codes of what is stated of an image, see `stated_by`."""
        return stated_by(row, self.cut_offs.get((str(row.get("model")), str(row.get("model_version")))))

    def label(self, row: Row, code: str) -> str:
        """Return the words for a code of a row's model, or the code itself."""
        return self.labels.get((str(row.get("model")), code), code)


def models_of(rows: Iterable[Row], store: BundleStore) -> Models:
    """Return what rows and installed models say about classes."""
    cut_offs: dict[tuple[str, str], dict[str, float]] = {}
    labels: dict[tuple[str, str], str] = {}
    versions: set[tuple[str, str]] = set()
    for row in rows:
        if row.get("model"):
            versions.add((str(row["model"]), str(row.get("model_version"))))
        if row.get("class_code"):
            labels[str(row.get("model")), str(row["class_code"])] = str(row.get("class_label") or row["class_code"])
    for name, version in versions:
        try:
            bundle = store.get(name)
        except SegxError:  # not installed here
            continue
        known: tuple[ClassInfo, ...] = bundle.classes
        labels = {(name, info.code): info.label for info in known} | labels
        if bundle.activation is Activation.SIGMOID and bundle.info.version == version:
            cut_offs[name, version] = {info.code: info.threshold for info in known}
    return Models(cut_offs, labels)
