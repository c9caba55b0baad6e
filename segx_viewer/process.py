"""What is set for the whole process: the only place for it. Nothing here happens because something is imported.

Programs call `begin` before anything large is imported. Each trick is a row of `TRICKS`: what it does, why, and what
was measured; ``SEGX_VIEWER_WITHOUT=NAME,NAME`` leaves it out.
"""

import atexit
import contextlib
import ctypes
import gc
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

SWITCH = "SEGX_VIEWER_WITHOUT"


class Trick(NamedTuple):  # made at every start, where a dataclass takes longer
    """Something that is done to the whole process.

    Attributes
    ----------
    name : str
        By which the variable `SWITCH` leaves it out.
    does, why, gain : str
        What it does, what for, and what it gained where that was measured.
    """

    name: str
    does: str
    why: str
    gain: str


TRICKS = {
    trick.name: trick
    for trick in (
        Trick(
            "calm-threads",
            "GOMP_SPINCOUNT=20000, before torch is imported",
            "between two passes torch's helper threads wait in a busy loop for milliseconds; the window and the "
            "alignments want those cores",
            "20 passes with a sort between them, two threads, a busy machine: 7 s of processor time, not 27 to 40 s",
        ),
        Trick(
            "plain-sort",
            "NPY_DISABLE_CPU_FEATURES=X86_V4 on AMD's Zen 4, before NumPy is imported",
            "that processor writes compressed AVX-512 vectors in microcode",
            "sorting a map takes a sixth of the time (NumPy 2.4, Zen 4)",
        ),
        Trick(
            "short-turns",
            "sys.setswitchinterval(0.5 ms), for the window",
            "Python's own 5 ms is as long as reading a file, or painting",
            "beside a thread that computes, the window has the interpreter back after 0.7 ms instead of 11 ms (median)",
        ),
        Trick(
            "lean-libraries",
            "a stand-in for torch's compiler in sys.modules while torchvision, timm and smp are imported",
            "they import it for functions that nothing here calls",
            "0.5 s and 51 MiB instead of 1.6 s and 203 MiB",
        ),
        Trick(
            "lean-transport",
            "POT's compiled solver is loaded alone, with stand-ins for the packages around it",
            "these import SciPy, and torch and scikit-learn where they are installed, for other solvers",
            "2 ms and 1 MiB instead of 0.9 s and 148 MiB",
        ),
        Trick(
            "lean-dicom",
            "stand-ins for pydicom's test files, examples and codecs while it is imported, for GDCM while they are",
            "it looks its examples up, imports what fetches them, and every codec; it loads GDCM to ask its version",
            "importing pydicom takes 40 ms of processor time instead of 160; 65 with its decoders",
        ),
        Trick(
            "lean-bindings",
            "what explains the signatures of Qt's functions is compiled when it is used, and PySide's function that "
            "tells whether a module uses PySide answers by the module's name, for the window",
            "PySide compiles that at every start, and reads and keeps the source of what is imported, for snake_case "
            "names that nothing here uses",
            "importing Qt takes 48 ms of processor time instead of 71 (PySide 6.11); the window's modules and "
            "libraries 0.35 s and 53 MiB instead of 0.40 s and 69 MiB",
        ),
        Trick(
            "no-collecting",
            "the garbage collector rests while a program imports, and leaves alone what was imported (gc.freeze)",
            "importing makes half a million objects that stay, which the collector looks through again and again",
            "`analyze` of one radiograph takes 1.06 s of processor time instead of 1.25 (Python 3.11)",
        ),
        Trick(
            "quick-end",
            "a command ends by os._exit, once what is registered for its end is done and its streams are written out",
            "Python and the libraries take apart, object by object, what the system takes back at once",
            "an `analyze` of one radiograph ends with 15 ms of processor time instead of 33",
        ),
        Trick(
            "shared-arena",
            "an allocator that all of ONNX Runtime's sessions of compiled networks share",
            "each keeps room for what goes from layer to layer, and seldom do two of them need it at a time",
            "six networks after a pass of eight images each hold 855 MiB instead of 920 (twice; Linux)",
        ),
        Trick(
            "give-back",
            "malloc_trim (glibc) once a network was loaded",
            "making a network takes its weights several times, and glibc keeps what was freed",
            "six torch networks after a pass of eight images each hold 855 MiB instead of 936 to 951, two ready graphs "
            "25 MiB less (twice; Linux)",
        ),
        Trick(
            "steady-threshold",
            "mallopt (glibc): blocks from 1 MiB on are always the system's own, for the window",
            "glibc raises that bound to whatever was freed, up to 32 MiB, and then keeps freed pictures in its heaps",
            "a picture of 28 megapixels until its badge: at most 456 MiB instead of 491 to 505",
        ),
        Trick(
            "keep-little",
            "mallopt (glibc): blocks below 32 MiB come from the heap, which keeps 64 MiB of what was freed, in the "
            "process that decodes",
            "each picture takes such blocks and frees them, and fresh pages cost time",
            "a PNG of 450 x 600: 5.8 ms of processor time instead of 7.0, none of 627 page faults",
        ),
        Trick(
            "one-heap",
            "mallopt (glibc): all threads take memory from one heap, for the analysis of a single image",
            "each of a dozen threads has a heap otherwise, which keeps what was freed, and most live for a few steps",
            "`analyze` of one radiograph holds at most 296 MiB instead of 305 (medians of 7)",
        ),
        Trick(
            "keep-freed",
            "mallopt (glibc): freed memory is never given back, for training only",
            "each step frees and asks for the same large buffers, and fresh pages cost time",
            "EfficientNet-Lite0 on two cores: a third of the processor time went into page faults before",
        ),
    )
}
"""Every trick by its name."""

CPU_FACTS = Path("/proc/cpuinfo")
_TURN_SECONDS = 0.0005
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_MMAP_MAX, _M_ARENA_MAX = -1, -3, -4, -8  # malloc.h
_OWN_BLOCK = 2**20


def begin() -> None:
    """Set what a program of ours wants, before NumPy and torch are imported; children inherit it."""
    stay_offline()
    if wanted("calm-threads"):
        os.environ.setdefault("GOMP_SPINCOUNT", "20000")
    # NumPy (by this name: 2.4) takes one of the two variables.
    if wanted("plain-sort") and "NPY_ENABLE_CPU_FEATURES" not in os.environ and _sorts_badly():
        os.environ.setdefault("NPY_DISABLE_CPU_FEATURES", "X86_V4")
    if wanted("lean-dicom"):
        _lean_dicom.begin()
        _lean_pixels.begin()


def limit_threads(count: int) -> None:
    """Let libraries imported from here on work on so many threads: those of two processes hinder each other."""
    os.environ["OMP_NUM_THREADS"] = str(count)


@contextlib.contextmanager
def _finding_by(kind: Callable[[list[Any]], list[Any]]) -> Iterator[None]:
    """Let a list of another kind hold the import system's finders; those that are put into it stay."""
    before = sys.meta_path
    sys.meta_path = kind(before)
    try:
        yield
    finally:
        before[:], sys.meta_path = sys.meta_path, before


class _LeanFinder:
    """Finds one module as the others do, with a loader of its own around theirs."""

    def __init__(self, name: str, loader_around: Callable[[Any], Any]) -> None:
        self._name, self._loader_around = name, loader_around

    def begin(self) -> None:
        """Ask before the others from here on."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> Any:
        if name != self._name:
            return None
        others = [finder for finder in sys.meta_path[sys.meta_path.index(self) + 1 :] if hasattr(finder, "find_spec")]
        found = next((spec for finder in others if (spec := finder.find_spec(name, path, target)) is not None), None)
        if found is not None and found.loader is not None:
            found.loader = self._loader_around(found.loader)
        return found


def _loader_of_dicom(loader: Any) -> Any:
    from segx_viewer.lean import LoaderOfDicom

    return LoaderOfDicom(loader, _among)


def _loader_of_bindings(loader: Any) -> Any:
    from segx_viewer.bindings import LoaderOfBindings

    return LoaderOfBindings(loader, _finding_by)


_lean_dicom = _LeanFinder("pydicom", _loader_of_dicom)
_lean_pixels = _LeanFinder("pydicom.pixels", _loader_of_dicom)
_lean_bindings = _LeanFinder("shiboken6.Shiboken", _loader_of_bindings)


@contextlib.contextmanager
def _among(stand_ins: Mapping[str, ModuleType]) -> Iterator[None]:
    """Let stand-ins answer for modules; what has taken the place of one stays."""
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, module in stand_ins.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Let the garbage collector rest while a program imports what it needs; what is there then, it leaves alone."""
    if not wanted("no-collecting") or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def begin_window() -> None:
    """Set what the window wants beside that, best before Qt is imported."""
    begin()
    if wanted("short-turns"):
        sys.setswitchinterval(_TURN_SECONDS)
    if wanted("lean-bindings"):
        _lean_bindings.begin()
        from segx_viewer.bindings import leave_sources_unread

        leave_sources_unread()  # where Qt is imported already
    if wanted("steady-threshold"):
        _set_malloc({_M_MMAP_THRESHOLD: _OWN_BLOCK})


def wanted(name: str) -> bool:
    """Return whether a trick is not left out."""
    left_out = {word.strip() for word in os.environ.get(SWITCH, "").split(",")}
    return TRICKS[name].name not in left_out


def _sorts_badly() -> bool:
    """Whether this is AMD's Zen 4."""
    try:
        with CPU_FACTS.open(encoding="utf-8", errors="replace") as file:
            told = file.read(4096)  # the first processor will do
    except OSError:
        return False
    return all(mark in told for mark in ("AuthenticAMD", "cpu family\t: 25\n", "avx512vl"))


def import_lean(name: str) -> Any:
    """Import a library without torch's compiler if it can be done.

    Where a version of it wants more of the compiler than the stand-in has, it is imported as it would be anyhow.
    """
    if wanted("lean-libraries"):
        with contextlib.suppress(AttributeError, ImportError), _without_compiler():
            return import_module(name)
    return import_module(name)


_COMPILER = "torch._dynamo"


@contextlib.contextmanager
def _without_compiler() -> Iterator[None]:
    """Let a stand-in answer for torch's compiler, unless it is there already."""
    if _COMPILER in sys.modules:
        yield
        return
    compiler, utils = ModuleType(_COMPILER), ModuleType(f"{_COMPILER}.utils")
    compiler.disable, utils.is_compile_supported = _as_it_is, _is_compile_supported  # type: ignore[attr-defined]
    try:
        with _among({module.__name__: module for module in (compiler, utils)}):
            yield
    finally:
        torch = sys.modules.get("torch")
        if torch is not None and vars(torch).get("_dynamo") is compiler:
            del torch._dynamo


def _as_it_is(function: object = None, *_: object, **__: object) -> object:
    """Stand in for the decorator that keeps a function from being compiled: no network is compiled here."""
    return function if function is not None else _as_it_is


def _is_compile_supported(device: object) -> bool:
    return bool(import_module(f"{_COMPILER}.utils").is_compile_supported(device))


def import_transport() -> Any:
    """Import POT for its exact solver `emd2`. Callers keep other threads from importing meanwhile."""
    if wanted("lean-transport"):
        os.environ.setdefault("POT_BACKEND_DISABLE_PYTORCH", "1")
        if _TRANSPORT not in sys.modules:
            with contextlib.suppress(AttributeError, ImportError, TypeError, ValueError):  # another version's insides
                return _solver_alone()
        with contextlib.suppress(ImportError), _hidden("sklearn", "networkx"):  # a version may not do without them
            return import_module(_TRANSPORT)
    return import_module(_TRANSPORT)


_TRANSPORT = "ot"


@cache
def _solver_alone() -> SimpleNamespace:
    """Return what has POT's `emd2`, without its plan, its gradients and other libraries' arrays."""
    import numpy as np

    found = find_spec(_TRANSPORT)
    folders = list(found.submodule_search_locations or ()) if found is not None else []
    stand_ins = {name: ModuleType(name) for name in (_TRANSPORT, f"{_TRANSPORT}.lp", f"{_TRANSPORT}.utils")}
    stand_ins[_TRANSPORT].__path__ = folders
    stand_ins[f"{_TRANSPORT}.lp"].__path__ = [str(Path(folder, "lp")) for folder in folders]
    stand_ins[f"{_TRANSPORT}.utils"].dist = _distances  # type: ignore[attr-defined]
    sys.modules.update(stand_ins)
    try:
        solver = import_module(f"{_TRANSPORT}.lp.emd_wrap")
    finally:
        for name in (*stand_ins, f"{_TRANSPORT}.lp.emd_wrap"):
            sys.modules.pop(name, None)
    solve, told = solver.emd_c, solver.check_result

    def emd2(a: "ArrayLike", b: "ArrayLike", cost: "ArrayLike", numItermax: int) -> float:
        give, take, costs = (np.ascontiguousarray(given, np.float64) for given in (a, b, cost))
        _, total, _, _, code = solve(give, take * give.sum() / take.sum(), costs, numItermax, 1)
        told(code)
        return float(total)

    one = np.ones(1)
    if emd2(one, one, np.full((1, 1), 2.0), 9) != 2:
        raise ImportError
    return SimpleNamespace(emd2=emd2)


def _distances(*given: object, **how: object) -> object:
    """Stand in for POT's function of that kind, which its other solvers call."""
    return import_module(f"{_TRANSPORT}.utils").dist(*given, **how)


@contextlib.contextmanager
def _hidden(*libraries: str) -> Iterator[None]:
    """Let this thread find none of these libraries, unless they are imported already: as if they were not installed."""
    thread = threading.get_ident()

    class Finder:
        @staticmethod
        def find_spec(name: str, _path: object = None, _target: object = None) -> None:
            if name in libraries and threading.get_ident() == thread:
                raise ModuleNotFoundError(f"{name} is not needed here", name=name)

    sys.meta_path.insert(0, Finder)
    try:
        yield
    finally:
        sys.meta_path.remove(Finder)


def give_back_memory() -> None:
    """Give memory that was freed back to the system, where the C library is one that keeps it otherwise (glibc)."""
    if wanted("give-back") and sys.platform.startswith("linux"):
        with contextlib.suppress(AttributeError, OSError):
            ctypes.CDLL(None).malloc_trim(0)


def share_heap() -> None:
    """Let threads that begin from here on take memory from the C library's (glibc) one heap."""
    if wanted("one-heap"):
        _set_malloc({_M_ARENA_MAX: 1})


def keep_freed_memory() -> None:
    """Let the C library (glibc) reuse freed memory for good instead of giving it back."""
    if wanted("keep-freed"):
        _set_malloc({_M_MMAP_MAX: 0, _M_TRIM_THRESHOLD: 2**31 - 1})


def keep_little_memory() -> None:
    """Let the C library (glibc) reuse freed memory for blocks of a picture's size, and keep no more than some of it."""
    if wanted("keep-little"):
        _set_malloc({_M_MMAP_THRESHOLD: 2**25, _M_TRIM_THRESHOLD: 2**26})


def _set_malloc(options: Mapping[int, int]) -> None:
    if sys.platform.startswith("linux"):
        with contextlib.suppress(AttributeError, OSError, TypeError):  # another C library
            mallopt = ctypes.CDLL(None).mallopt
            for option, value in options.items():
                mallopt(option, value)


_NO_TELEMETRY = {
    # ONNX Runtime from 1.29 on: else it writes a device id and a store of events below the user's caches, and looks up
    # its maker's host. `disable_telemetry_events()` comes too late for both: importing it has begun already.
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",  # huggingface_hub comes with timm
    "DO_NOT_TRACK": "1",  # https://donottrack.sh: whatever else a library asks for
}
_OFFLINE = {"HF_HUB_OFFLINE": "1"}


def send_nothing() -> None:
    """Tell libraries that are imported from here on, in this process and its children, to report to nobody."""
    os.environ.update(_NO_TELEMETRY)


def stay_offline() -> None:
    """Also keep libraries from fetching files: for programs, which are not a part of somebody else's process."""
    send_nothing()
    os.environ.update(_OFFLINE)


_LEFT_BY_RUNTIME = Path("Microsoft", "DeveloperTools", ".onnxruntime")


def drop_telemetry() -> None:
    """Remove the device id and the event store that ONNX Runtime wrote when earlier versions let it.

    Other programs of this user that run ONNX Runtime share them, and get new ones unless they decline too.
    """
    import platformdirs

    for caches in {platformdirs.user_cache_path(), platformdirs.user_data_path(), Path.home() / ".cache"}:
        left = caches / _LEFT_BY_RUNTIME
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
            with contextlib.suppress(OSError):  # not empty: somebody else's
                left.parent.rmdir()
                left.parent.parent.rmdir()


def fill_streams() -> None:
    """Put something in the place of standard streams that were closed: a file could get the number of one otherwise.

    What is written to the standard error is lost then. Writing to the standard output fails, as it does everywhere.
    """
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            is_refused = name == "stdout" and os.name == "posix"  # Windows gives none to programs without a console
            descriptor = os.open(os.devnull, os.O_RDONLY if is_refused else os.O_RDWR)
            if descriptor == number:
                os.set_inheritable(descriptor, True)
            setattr(sys, name, open(descriptor, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - for as long as it runs


def leave(code: int) -> NoReturn:
    """End the program with an exit code.

    Threads are waited for, and what was registered with `atexit` is done, as ever. A window's program is taken apart:
    Qt's objects write what they have to as they go.
    """
    if wanted("quick-end") and "PySide6" not in sys.modules:
        atexit.register(_end_at_once, code)
    sys.exit(code)


def _end_at_once(code: int) -> None:
    """End the process instead of the interpreter; called before everything else that is registered."""
    atexit.unregister(_end_at_once)
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:  # a program without a console
                stream.flush()
        except (OSError, ValueError):  # a reader that has gone: Python has its own words and exit code for that
            if not code:  # else it was told
                return
    os._exit(code)
