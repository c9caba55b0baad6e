"""Real results in a real archive: stored, shown and valid."""

import pydicom
import pytest

from segx_viewer.archive.connection import connect
from segx_viewer.archive.model import Query
from segx_viewer.domain.request import CancelToken
from segx_viewer.paths import models_folder
from tests.archive.archives import with_secret
from tests.interoperability import MEASURES, YES, Measure, results

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not list(models_folder().glob("*/bundle.toml")), reason="the bundled models are not here"),
]


def test_results_are_stored_in_their_study_shown_and_valid(orthanc, tmp_path):
    made = results(tmp_path / "made")
    measure = Measure(orthanc, tmp_path)
    for kind, path in made.items():
        assert measure.stored(kind, path) == YES
        assert measure.checked(kind, path) == "no error" or kind == "seg-labelmap"  # newer than dicom3tools of 2023
    for kind in ("seg-probability", "seg-labelmap", "sc"):
        assert measure.preview(kind, made[kind]) == YES
    for kind in ("seg", "seg-probability", "seg-labelmap"):
        assert measure.highdicom(kind, made[kind]) == MEASURES
    for kind in ("sr", "ko", "pdf", "gsps"):
        assert measure.dcmtk(kind, made[kind]) == YES

    study = pydicom.dcmread(made["seg"], stop_before_pixels=True).StudyInstanceUID
    archive, go = connect(with_secret(orthanc.dimse)), CancelToken()
    assert [found.uid for found in archive.studies(Query(study_uid=study), go)] == [study]
    stored = {i.uid for series in archive.series(study, go) for i in archive.instances(series, go)}
    assert stored == {str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID) for path in made.values()}


def test_others_read_and_measure_segmentations_and_maps(tmp_path, orthanc):
    pytest.importorskip("SimpleITK")
    pytest.importorskip("dcmqi")
    made = results(tmp_path / "made")
    measure = Measure(orthanc, tmp_path)
    assert measure.simple_itk("seg-probability", made["seg-probability"]) == MEASURES
    assert measure.simple_itk("seg", made["seg"]).startswith(YES)  # it leaves the last, incomplete byte of bits unset
    for kind in ("seg", "seg-probability", "seg-labelmap", "map-original", "map-segx"):
        assert measure.dcmqi(kind, made[kind]) == MEASURES
    assert measure.dcmqi("sr", made["sr"]) == YES
