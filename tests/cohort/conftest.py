"""Storage for tests: an S3 server of this machine."""

import signal
import urllib.request

import pytest

from segx_viewer.cohort.remote import storage


@pytest.fixture
def s3(monkeypatch):
    """An S3 server on this machine with an empty bucket; return the bucket's URL."""
    moto = pytest.importorskip("moto.server")
    s3fs = pytest.importorskip("s3fs")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    # Its storage is one for the whole process.
    urllib.request.urlopen(urllib.request.Request(f"http://{host}:{port}/moto-api/reset", method="POST")).close()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
    }.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    storage("s3://cohort")[0].mkdir("cohort")
    yield "s3://cohort"
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


@pytest.fixture
def interruptible():
    """Ctrl+C interrupts, also where the tests run in the background of a shell, which has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
