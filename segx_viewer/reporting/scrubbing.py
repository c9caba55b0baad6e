"""Takes what identifies an image out of sentences."""

import re

from segx_viewer.domain.image import MedicalImage


class Scrubber:
    """Takes what identifies an image out of a sentence: file, patient, dates and UIDs.

    Words that a sentence may well hold anyway stay: a folder called "in", a study described as "chest".
    """

    def __init__(self, image: MedicalImage) -> None:
        source, identity, facts = image.source, image.identity, image.acquisition
        secrets = {source.sop_instance_uid, source.series_uid, source.study_uid, facts.study_date}
        if source.path is not None:
            secrets |= {str(source.path), source.path.as_posix(), source.path.name}
            if source.path.is_absolute():
                secrets |= {str(source.path.parent), source.path.parent.as_posix()}
        if identity is not None:
            secrets |= {identity.name, identity.birth_date, identity.patient_id if len(identity.patient_id) > 3 else ""}
            secrets |= {part for part in re.split(r"[\^=\s,()]+", identity.name) if _identifies(part)}
        if len(facts.description.split()) > 1:
            secrets.add(facts.description)
        words = sorted((re.escape(s) for s in secrets if _identifies(s)), key=len, reverse=True)
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE) if words else None

    def __call__(self, text: str) -> str:
        """Return `text` with every trace replaced by "[removed]"."""
        return self._pattern.sub("[removed]", text) if self._pattern else text


def _identifies(word: str) -> bool:
    """Whether a word is long enough to name somebody: two letters are a given name in many scripts."""
    return len(word) > 2 or (len(word) == 2 and not word.isascii())
