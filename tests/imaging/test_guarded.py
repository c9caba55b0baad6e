"""The decoding process: same images, same sentences, and none of its troubles."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.uid import RLELossless

from segx_viewer.errors import AnalysisCancelled, ImageReadError, UnsupportedImageError
from segx_viewer.imaging import guarded, limits
from segx_viewer.imaging.guarded import read_image_guarded, start_decoder, stop_decoder
from segx_viewer.imaging.limits import Limits
from segx_viewer.imaging.reader import read_image
from segx_viewer.imaging.synthetic import draw_lesion
from tests.imaging import waiting_decoder

RAMP = np.arange(12 * 10, dtype=np.uint16).reshape(12, 10)
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc and RLIMIT_AS")


@pytest.fixture(scope="module", autouse=True)
def _end_process():
    yield
    stop_decoder()


@pytest.fixture
def make_compressed(make_dicom):
    """Write a DICOM file that needs a decoder."""

    def make(stored, name="image.dcm"):
        path = make_dicom(stored, name)
        dataset = dcmread(path)
        dataset.compress(RLELossless)
        dataset.save_as(path)
        return path

    return make


def worker_pid() -> int:
    start_decoder()
    return guarded._decoder._worker._process.pid


def assert_same(a, b):
    assert np.array_equal(a.pixels, b.pixels)
    assert a.pixels.dtype == b.pixels.dtype
    assert not b.pixels.flags.writeable
    for name in ("modality", "photometric", "source", "windows", "presentation_inverse", "spacing", "orientation"):
        assert getattr(a, name) == getattr(b, name)
    for name in ("padding", "bits_stored", "acquisition", "identity"):
        assert getattr(a, name) == getattr(b, name)


def test_same_image_as_in_process(make_dicom, make_compressed, tmp_path):
    paths = [
        make_compressed(RAMP, "z.dcm"),
        make_dicom(RAMP, "a.dcm", WindowCenter=5, WindowWidth=9, RescaleSlope="2", PatientName="Doe^Jane"),
        make_dicom(np.dstack([RAMP.astype(np.uint8)] * 3), "b.dcm"),
        make_dicom(np.stack([RAMP, RAMP * 2]), "c.dcm"),
    ]
    for mode in ("RGB", "L", "I;16"):
        path = tmp_path / f"{mode[0]}.png"
        picture = Image.fromarray(RAMP) if mode == "I;16" else Image.fromarray(draw_lesion((30, 40))).convert(mode)
        picture.save(path)
        paths.append(path)
    for path in paths:
        assert_same(read_image(path), read_image_guarded(path))
    assert_same(read_image(paths[3], frame=1), read_image_guarded(paths[3], frame=1))


def test_an_image_outlives_the_next_one(make_compressed):
    first = read_image_guarded(make_compressed(RAMP, "a.dcm"))
    read_image_guarded(make_compressed(RAMP[::-1].copy(), "b.dcm"))
    stop_decoder()
    assert np.array_equal(first.pixels, RAMP)


@pytest.mark.parametrize("content", [b"", b"Dear colleague", None])
def test_same_sentence_as_in_process(tmp_path, content):
    path = tmp_path / "x"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises((ImageReadError, UnsupportedImageError)) as here:
        read_image(path)
    with pytest.raises(type(here.value)) as there:
        read_image_guarded(path)
    assert str(there.value) == str(here.value)


def test_pixel_limit(make_dicom):
    with pytest.raises(UnsupportedImageError, match="limit of 100 pixels"):
        read_image_guarded(make_dicom(RAMP), limits=Limits(pixels=100))


@posix
def test_a_hanging_decoder_costs_one_sentence(make_compressed):
    path = make_compressed(RAMP)
    os.kill(worker_pid(), signal.SIGSTOP)
    started = time.monotonic()
    with pytest.raises(ImageReadError, match=r"^image\.dcm could not be read within 0\.3 seconds\.$"):
        read_image_guarded(path, limits=Limits(seconds=0.3))
    assert time.monotonic() - started < 5
    assert np.array_equal(read_image_guarded(path).pixels, RAMP)


@posix
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV])
def test_a_dying_decoder_costs_one_sentence(make_compressed, how):
    path = make_compressed(RAMP)
    pid = worker_pid()
    os.kill(pid, signal.SIGSTOP)  # so that it dies while it is asked, not before

    def end_it():
        os.kill(pid, how)
        os.kill(pid, signal.SIGCONT)

    threading.Timer(0.3, end_it).start()
    with pytest.raises(ImageReadError, match=r"^image\.dcm is probably damaged: its decoder crashed\.$"):
        read_image_guarded(path)
    assert np.array_equal(read_image_guarded(path).pixels, RAMP)


@posix
def test_a_decoder_that_died_while_idle_is_replaced(make_compressed):
    os.kill(worker_pid(), signal.SIGKILL)
    guarded._decoder._worker._process.join()
    assert np.array_equal(read_image_guarded(make_compressed(RAMP)).pixels, RAMP)


@linux
def test_memory_limit(tmp_path):
    Image.new("1", (9000, 9000)).save(tmp_path / "large.png")
    with pytest.raises(ImageReadError, match=r"^large\.png needs more memory than"):
        read_image_guarded(tmp_path / "large.png", limits=Limits(memory_bytes=40_000_000))
    assert read_image_guarded(tmp_path / "large.png").shape == (9000, 9000)


@linux
def test_the_process_loads_neither_qt_nor_torch(make_compressed):
    read_image_guarded(make_compressed(RAMP))
    mapped = Path(f"/proc/{worker_pid()}/maps").read_text()
    assert "numpy" in mapped
    for library in ("Qt6Core", "PySide6", "libtorch", "shiboken"):
        assert library not in mapped


def test_an_interrupted_reading_does_not_answer_the_next(make_compressed, monkeypatch):
    def interrupted(self, seconds):
        raise KeyboardInterrupt

    start_decoder()
    with monkeypatch.context() as patched:
        patched.setattr(guarded._Worker, "receive", interrupted)
        with pytest.raises(KeyboardInterrupt):
            read_image_guarded(make_compressed(RAMP, "a.dcm"))
    assert np.array_equal(read_image_guarded(make_compressed(RAMP + 9, "b.dcm")).pixels, RAMP + 9)


def test_threads_share_the_process(make_compressed):
    paths = [make_compressed(RAMP + i, f"{i}.dcm") for i in range(4)]
    results = {}

    def work(index):
        for _ in range(5):
            results[index] = read_image_guarded(paths[index]).pixels[0, 0]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {0: 0, 1: 1, 2: 2, 3: 3}


def test_pixels_that_need_no_decoder_need_no_process(make_dicom):
    stop_decoder()
    assert np.array_equal(read_image_guarded(make_dicom(RAMP)).pixels, RAMP)
    assert guarded._decoder._worker is None


@pytest.fixture
def waiting(monkeypatch):
    """Decoders that let files wait whose name begins with "slow", as some damaged ones do."""
    stop_decoder()
    monkeypatch.setattr(guarded, "_decoder_process", waiting_decoder)
    monkeypatch.setattr(waiting_decoder, "Begun", guarded_begun, raising=False)
    yield
    stop_decoder()


guarded_begun = guarded._decoder_process.Begun


def test_a_file_is_given_the_time_that_is_enough_for_its_size(make_compressed, waiting, monkeypatch):
    monkeypatch.setattr(limits, "_PATIENCE", 0.5)
    with pytest.raises(ImageReadError, match=r"^slow\.dcm could not be read within 0\.6 seconds\.$"):
        read_image_guarded(make_compressed(RAMP, "slow.dcm"))
    monkeypatch.setattr(limits, "_PATIENCE", 30.0)
    assert np.array_equal(read_image_guarded(make_compressed(RAMP, "b.dcm")).pixels, RAMP)


def test_the_time_grows_with_pixels_and_bytes_up_to_the_limit():
    allowed = Limits(seconds=60.0)
    small, large = allowed.seconds_for(2**18, 10**5), allowed.seconds_for(20 * 10**6, 10**7)
    assert 5 < small < 6
    assert small < allowed.seconds_for(2**18, 10**7) < large <= 60
    assert allowed.seconds_for(2**27, 10**9) == 60
    assert Limits(seconds=2.0).seconds_for(2**27, 10**9) == 2


def test_other_files_are_not_kept_waiting(make_compressed, waiting, monkeypatch, tmp_path):
    monkeypatch.setattr(limits, "_PATIENCE", 60.0)
    slow = make_compressed(RAMP, "slow.dcm")
    found = []
    thread = threading.Thread(target=lambda: found.append(read_image_guarded(slow)))
    thread.start()
    for number in range(3):
        assert np.array_equal(read_image_guarded(make_compressed(RAMP + number)).pixels, RAMP + number)
    assert thread.is_alive()
    assert not found
    (tmp_path / "go").touch()
    thread.join()
    assert np.array_equal(found[0].pixels, RAMP)


def test_a_file_that_nobody_waits_for_any_more_is_given_up(make_compressed, waiting):
    with pytest.raises(AnalysisCancelled):
        read_image_guarded(make_compressed(RAMP, "slow.dcm"), wanted=lambda: False)
    assert np.array_equal(read_image_guarded(make_compressed(RAMP), wanted=lambda: True).pixels, RAMP)
