import pytest

from segx_viewer.errors import ExportError
from segx_viewer.reporting.atomic import atomic_write, write_bytes


def test_a_failure_leaves_the_old_file_and_no_part(tmp_path):
    target = tmp_path / "report.png"
    target.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), atomic_write(target) as part:
        part.write_bytes(bytes(1 // (len(part.name) * 0)))
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.png"]


def test_the_target_is_replaced_only_at_the_end(tmp_path):
    target = tmp_path / "sub" / "report.json"
    with atomic_write(target) as part:
        part.write_bytes(b"new")
        assert part.parent == target.parent
        assert part.suffix == ".json"
        assert not target.exists()
    assert target.read_bytes() == b"new"


def test_a_folder_that_is_a_file_gives_one_sentence(tmp_path):
    blocker = tmp_path / "file"
    blocker.write_bytes(b"")
    with pytest.raises(ExportError, match="could not be written"):
        write_bytes(blocker / "report.json", b"{}")
