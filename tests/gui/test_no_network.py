"""A whole session opens no network socket: open, analyse, write reports, save and read the session, end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.paths import models_folder

SESSION = """
import json, socket, sys

network, local = [], []

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
    if event == "socket.__new__":
        family = arguments[1]
        (local if family == getattr(socket, "AF_UNIX", None) else network).append(event)
    elif event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.connect", "socket.sendto"}:
        if not isinstance(arguments[-1], (str, bytes)) or event == "socket.getaddrinfo":
            network.append(event)
    elif event in {"urllib.Request", "http.client.connect"}:
        network.append(event)

sys.addaudithook(hook)
if "--prove-the-hook" in sys.argv:
    socket.socket(socket.AF_INET).close()
    sys.exit(json.dumps(network))

import time
from pathlib import Path

def inodes(process):
    links = []
    for link in Path(f"/proc/{process}/fd").iterdir():
        try:
            links.append(str(link.readlink()))
        except OSError:
            pass
    return {link[8:-1] for link in links if link.startswith("socket:[")}

def in_kernel():
    # Sockets that no audit event of Python tells of: Qt's, and the decoding process's.
    if not Path("/proc/net/tcp").exists():
        return
    from segx_viewer.imaging import guarded
    table = set()
    for name in ("tcp", "tcp6", "udp", "udp6"):
        if Path("/proc/net", name).exists():
            table |= {line.split()[9] for line in Path("/proc/net", name).read_text().splitlines()[1:]}
    worker = guarded._decoder._worker
    for process in ("self", *([worker._process.pid] if worker else [])):
        network.extend(f"{process}: {inode}" for inode in inodes(process) & table)

from segx_viewer.app.application import make_application
from segx_viewer.app.sessions.instance import Listener
app = make_application()
from segx_viewer.app.sessions import sessionfile
from segx_viewer.app.sessions.export import export_report
from segx_viewer.app.window import Window

picture, folder = Path(sys.argv[1]), Path(sys.argv[2])
window = Window()
window.fill()
window.show()
listener = Listener(window)

def until(true, what):
    deadline = time.monotonic() + 300
    while not true():
        app.processEvents()
        time.sleep(0.01)
        if time.monotonic() > deadline:
            sys.exit(f"waited in vain for {what}")
    in_kernel()

window.open_paths([picture])
until(window.has_result, "the analysis")
for suffix in (".png", ".pdf", ".json"):
    export_report(window.workspace, folder / f"report{suffix}")
    until((folder / f"report{suffix}").exists, suffix)
sessionfile.save(sessionfile.capture(window.workspace), folder / "kept.segx")
assert sessionfile.find_images(sessionfile.read(folder / "kept.segx")) == [picture]
in_kernel()
listener.close()
window.close()
print(json.dumps({"network": network, "written": sorted(p.name for p in folder.iterdir())}))
"""


def run(*arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", SESSION, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)


def test_the_hook_sees_a_socket():
    assert "socket.__new__" in run("--prove-the-hook").stderr


@pytest.mark.slow
@pytest.mark.skipif(not list(models_folder().glob("*/bundle.toml")), reason="the bundled models are not here")
def test_a_whole_session_opens_no_network_socket(tmp_path: Path):
    picture, out = tmp_path / "lesion.png", tmp_path / "out"
    Image.fromarray(draw_lesion()).save(picture)
    out.mkdir()
    done = run(picture, out)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["network"] == []
    assert told["written"] == ["kept.segx", "report.json", "report.pdf", "report.png"]
