"""A whole session, watched at the level of system calls: no packet, no look-up, nothing left but what is ours.

Python's audit hooks see Python's sockets only. Libraries have threads and network code of their own; here the kernel is
asked, through strace, about the program and all its children: the command line's every method and output, the demo, a
model added and removed, and the window with every export until it is closed.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.paths import models_folder

STRACE = shutil.which("strace")
HERE = Path(__file__).parent
LOOKING_UP = ("/etc/resolv.conf", "/etc/hosts", "/io.systemd.Resolve")
"""Files and sockets that only the look-up of a host's name opens."""
CALLS = "connect,sendto,sendmsg,sendmmsg,bind,openat,io_uring_setup"
LOCAL = re.compile(r"AF_UNIX|AF_NETLINK")
LOOPBACK_BOUND = re.compile(r"bind\(.*(\"127\.0\.0\.1\"|\"::1\")")
"""How urllib3, which is imported where it is installed, asks whether there is IPv6: nobody can answer such a socket."""

OURS = re.compile(r"segx-viewer|fontconfig|matplotlib|mesa_shader_cache|qt_|QtProject")
"""What a session may leave in the home folder: its own folders, and caches of fonts and shaders."""


def _can_trace() -> bool:
    return STRACE is not None and subprocess.run([STRACE, "true"], capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not _can_trace(), reason="needs strace (Linux) and the right to trace")


def traced(command: list[str], home: Path) -> list[str]:
    """Run a command in an empty home folder without what tells libraries of a test run; return its network calls."""
    trace = home.with_name(f"{home.name}.strace")
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH") if name in os.environ}
    surroundings = {**kept, "HOME": str(home), "QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "2"}
    home.mkdir(exist_ok=True)
    watch = [STRACE, "-f", "--seccomp-bpf", "-qq", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(trace)]
    done = subprocess.run(
        [*watch, *command], env=surroundings, cwd=home, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return [line for line in trace.read_text(errors="replace").splitlines() if is_network(line)]


def is_network(line: str) -> bool:
    """Whether a traced call reaches beyond this computer, prepares to, or looks up who is there."""
    if "io_uring_setup(" in line:
        return True  # its own calls are not seen
    if any(name in line for name in LOOKING_UP):
        return True
    return "sa_family=" in line and not LOCAL.search(line) and not LOOPBACK_BOUND.search(line)


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
        "import socket, contextlib\nwith contextlib.suppress(OSError): socket.getaddrinfo('nobody.invalid', 443)",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('127.0.0.1', 9))",
        "import socket; socket.socket().bind(('0.0.0.0', 0))",
        "import os, subprocess as s, sys; s.run([sys.executable, '-c', f'open({\"/etc/hosts\"!r})'])",
    ],
    ids=["a datagram", "a look-up", "a connection", "a server", "a child's look-up"],
)
def test_what_reaches_out_is_seen(code, tmp_path):
    assert traced([sys.executable, "-c", code], tmp_path / "home")


def test_onnx_runtime_left_alone_is_seen(tmp_path):
    """The reason for this module: what is expected below to be absent would be there otherwise."""
    home = tmp_path / "home"
    onnxruntime = pytest.importorskip("onnxruntime")
    if tuple(map(int, onnxruntime.__version__.split(".")[:2])) < (1, 29):
        pytest.skip("this ONNX Runtime does not report yet")
    traced([sys.executable, "-c", "import onnxruntime"], home)
    assert left_by_others(home)


def left_by_others(home: Path) -> list[str]:
    """Return files in the home folder that are not a session's own."""
    files = (str(path.relative_to(home)) for path in home.rglob("*") if path.is_file())
    return sorted(name for name in files if not OURS.search(name) and not name.startswith("out/"))


@pytest.mark.slow
@pytest.mark.skipif(not list(models_folder().glob("*/bundle.toml")), reason="the bundled models are not here")
@pytest.mark.parametrize("session", ["commands", "window"])
def test_a_whole_session_sends_no_packet(session, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    Image.fromarray(draw_lesion()).save(home / "lesion.png")
    (home / "out").mkdir()
    seen = traced([sys.executable, str(HERE / f"session_of_{session}.py"), str(home)], home)
    assert not seen
    (home / "lesion.png").unlink()
    assert left_by_others(home) == []
