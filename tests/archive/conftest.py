"""Real archives for the tests, and no key ring."""

import gc
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydicom.uid import generate_uid

from segx_viewer.archive import secrets
from tests.archive.archives import PLUGIN, TITLE, Dcmtk, Orthanc, free_port, program_of, start, stop


@pytest.fixture(autouse=True)
def no_key_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a server: whatever key ring this computer has is left alone."""
    import keyring
    from keyring.backends import fail

    keyring.set_keyring(fail.Keyring())
    monkeypatch.setattr(secrets, "_memory", {})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where no connection comes about, pynetdicom drops its socket without closing it."""
    for item in items:
        if item.get_closest_marker("sockets_left_open"):
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))


@pytest.fixture(autouse=True)
def dropped_sockets(request: pytest.FixtureRequest) -> Iterator[None]:
    """Collect what a test left while its warnings are still its own."""
    yield
    if request.node.get_closest_marker("sockets_left_open"):
        gc.collect()


@pytest.fixture(scope="session")
def start_orthanc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Orthanc]]:
    """Start Orthancs with settings of their own; all are stopped at the end."""
    if PLUGIN is None or shutil.which("Orthanc") is None:
        pytest.skip("needs the Debian packages orthanc and orthanc-dicomweb")
    started: list[Orthanc] = []
    memory = Path("/dev/shm")  # its index is flushed for each object, which takes most of the time on a disk

    def start_one(**settings: object) -> Orthanc:
        folder = tmp_path_factory.mktemp("orthanc")
        place = Path(tempfile.mkdtemp(dir=memory)) if memory.is_dir() else folder
        started.append(Orthanc(place, settings))
        return started[-1].start()

    yield start_one
    for server in started:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def orthanc(start_orthanc: Callable[..., Orthanc]) -> Orthanc:
    """One Orthanc for all tests that do not mind what else it holds."""
    return start_orthanc()


@pytest.fixture
def dcmqrscp(tmp_path: Path) -> Iterator[Dcmtk]:
    """DCMTK's image archive: it knows no study-level counts, modalities or SOP classes."""
    program = program_of("dcmqrscp")
    port, move, folder = free_port(), free_port(), tmp_path / "qr"
    folder.mkdir()
    config = tmp_path / "dcmqrscp.cfg"
    config.write_text(
        f"NetworkTCPPort = {port}\nMaxPDUSize = 131072\nMaxAssociations = 16\n"
        f"HostTable BEGIN\nsegx = ({TITLE}, localhost, {move})\nHostTable END\nVendorTable BEGIN\nVendorTable END\n"
        f"AETable BEGIN\nQR {folder} RW (200, 1024mb) segx\nAETable END\n"
    )
    process = start([program, "-c", str(config)], tmp_path / "qr.log", port)
    yield Dcmtk(process, port, folder, move)
    stop(process)


@pytest.fixture
def storescp(tmp_path: Path) -> Iterator[Dcmtk]:
    """DCMTK's storage SCP, which refuses compressed images by default."""
    program = program_of("storescp")
    port, folder = free_port(), tmp_path / "stored"
    folder.mkdir()
    process = start([program, "-od", str(folder), "-aet", "QR", str(port)], tmp_path / "storescp.log", port)
    yield Dcmtk(process, port, folder)
    stop(process)


@pytest.fixture
def study() -> str:
    """A study UID of the test's own."""
    return generate_uid()
