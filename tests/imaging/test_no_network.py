"""Reading files opens no network connection: neither in this process nor in the decoding process."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segx_viewer.imaging import guarded
from segx_viewer.imaging.guarded import read_image_guarded, stop_decoder
from segx_viewer.imaging.synthetic import draw_lesion

SESSION = """
import socket, sys

events = []

def is_probe():
    # pydicom imports requests where it is installed, and with it urllib3, which asks whether there is IPv6 by binding a
    # socket to this computer's own address. Nothing is sent, and nobody can answer.
    frame = sys._getframe()
    while frame is not None and frame.f_code.co_name != "_has_ipv6":
        frame = frame.f_back
    return frame is not None

def hook(event, arguments):
    if event.startswith("socket.") and is_probe():
        return
    if event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.connect", "socket.bind", "socket.sendto"}:
        events.append((event, str(arguments)))
    elif event == "socket.__new__" and arguments[1] != getattr(socket, "AF_UNIX", None):
        events.append((event, str(arguments)))

sys.addaudithook(hook)
if "--prove-the-hook" in sys.argv:
    socket.socket(socket.AF_INET).close()

from pathlib import Path
from segx_viewer.errors import SegxError
from segx_viewer.imaging.display import to_display
from segx_viewer.imaging.reader import read_image

for name in sys.argv[1:]:
    try:
        to_display(read_image(Path(name)))
    except SegxError:
        pass
sys.exit(f"network: {events}" if events else 0)
"""


def files(make_dicom, folder: Path) -> list[Path]:
    ramp = np.arange(120, dtype=np.uint16).reshape(12, 10)
    Image.fromarray(draw_lesion((40, 50))).save(folder / "a.png")
    Image.fromarray(draw_lesion((40, 50))).save(folder / "a.jpg")
    (folder / "text").write_text("see http://example.org/image.dcm")
    dicom = make_dicom(ramp, RetrieveURL="http://example.org/image.dcm", RescaleSlope="1", RescaleIntercept="0")
    return [dicom, folder / "a.png", folder / "a.jpg", folder / "text", folder / "missing"]


def run_session(*arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", SESSION, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_reading_opens_no_socket(make_dicom, tmp_path):
    done = run_session(*files(make_dicom, tmp_path))
    assert done.returncode == 0, done.stderr
    assert "socket.__new__" in run_session("--prove-the-hook").stderr


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs /proc")
def test_decoding_process_has_no_network_socket(make_dicom, tmp_path):
    for path in files(make_dicom, tmp_path)[:3]:
        read_image_guarded(path)
    process = Path(f"/proc/{guarded._decoder._worker._process.pid}")
    links = [str(link.readlink()) for link in (process / "fd").iterdir()]
    inodes = {link.removeprefix("socket:[").rstrip("]") for link in links if link.startswith("socket:")}
    network = {
        line.split()[9]
        for table in ("tcp", "tcp6", "udp", "udp6")
        if (process / "net" / table).exists()
        for line in (process / "net" / table).read_text().splitlines()[1:]
    }
    stop_decoder()
    assert inodes  # the pipe to this process
    assert not inodes & network
