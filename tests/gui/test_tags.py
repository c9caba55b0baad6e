"""The tags window, opened as a reader opens it."""

import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

from segx_viewer.app.dialogs.tags import TagBrowser


@pytest.fixture
def odd_file(tmp_path):
    """A slice without preamble that has an element of a value no program can read."""
    dataset = pydicom.dcmread(get_testdata_file("CT_small.dcm"))
    number = Tag(0x0018, 0x1110)
    dataset._dict[number] = RawDataElement(number, "FD", 4, b"\1\2\3\4", 0, False, True)
    path = tmp_path / "odd.dcm"
    dataset.save_as(path)
    path.write_bytes(path.read_bytes()[132:])
    return path


def test_tags_of_an_odd_file_are_shown(qtbot, window, odd_file):
    window.open_paths([odd_file])
    documents = window.workspace.documents
    qtbot.waitUntil(lambda: documents.current is not None and documents.current.image is not None, timeout=30_000)
    window.commands.run("tags")
    qtbot.waitUntil(lambda: bool(window.findChildren(TagBrowser)), timeout=30_000)
    (browser,) = window.findChildren(TagBrowser)
    cells = {
        browser.shown.index(row, 0).data(): browser.shown.index(row, 3).data()
        for row in range(browser.shown.rowCount())
    }
    assert cells["(0018,1110)"] == "cannot be read"
    assert cells["(0008,0060)"] == "CT"
    assert len(cells) > 50
