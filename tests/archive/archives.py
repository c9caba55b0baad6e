"""Real archives on loopback ports of their own: Orthanc with DICOMweb, DCMTK's dcmqrscp and storescp."""

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from segx_viewer.archive import secrets
from segx_viewer.archive.outbox import read_outgoing
from segx_viewer.archive.servers import Authorisation, Protocol, Retrieve, Server

PLUGIN = next(iter(Path("/usr").glob("share/orthanc/plugins/libOrthancDicomWeb.so")), None)
USER, PASSWORD = "alice", "pässword"
TITLE = "SEGXTEST"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended at once"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server does not listen")


def stop(process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> None:
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass
class Orthanc:
    """An Orthanc that can be killed and started again on the same folder and ports."""

    folder: Path
    settings: dict = field(default_factory=dict)
    http: int = field(default_factory=free_port)
    dicom: int = field(default_factory=free_port)
    move: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Orthanc":
        settings = {
            "Name": "test",
            "StorageDirectory": str(self.folder / "db"),
            "IndexDirectory": str(self.folder / "db"),
            "Plugins": [str(PLUGIN)],
            "HttpPort": self.http,
            "DicomPort": self.dicom,
            "DicomAet": "ORTHANC",
            "DicomCheckCalledAet": True,
            "RemoteAccessAllowed": False,
            "AuthenticationEnabled": True,
            "RegisteredUsers": {USER: PASSWORD},
            "DicomModalities": {"segx": [TITLE, "127.0.0.1", self.move]},
            "DicomAlwaysAllowEcho": True,
            "DicomAlwaysAllowFind": False,
            "DicomAlwaysAllowGet": False,
            "DicomAlwaysAllowMove": False,
            "StableAge": 1,
            "SyncStorageArea": False,
            **self.settings,
        }
        file = self.folder / "orthanc.json"
        file.write_text(json.dumps(settings))
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(["Orthanc", str(file)], stdout=log, stderr=log)
        wait_for(self.http, self.process)
        wait_for(self.dicom, self.process)
        return self

    def stop(self, number: int = signal.SIGTERM) -> None:
        stop(self.process, number)

    @property
    def scheme(self) -> str:
        return "https" if self.settings.get("SslEnabled") else "http"

    @property
    def web(self) -> Server:
        url = f"{self.scheme}://127.0.0.1:{self.http}/dicom-web"
        return Server("web", url=url, authorisation=Authorisation.BASIC, user=USER, seconds=60)

    @property
    def dimse(self) -> Server:
        return Server(
            "dimse",
            protocol=Protocol.DIMSE,
            host="127.0.0.1",
            port=self.dicom,
            title="ORTHANC",
            calling=TITLE,
            seconds=60,
            move_port=self.move,
        )

    def server(self, how: str) -> Server:
        """Return the row for "web", "get" or "move"."""
        return self.web if how == "web" else replace(self.dimse, retrieve=Retrieve(how))

    def ask(self, path: str) -> bytes:
        import requests

        answer = requests.get(f"{self.scheme}://127.0.0.1:{self.http}{path}", auth=(USER.encode(), PASSWORD.encode()))
        answer.raise_for_status()
        return answer.content

    def count(self) -> int:
        return json.loads(self.ask("/statistics"))["CountInstances"]


@dataclass
class Dcmtk:
    """A process of DCMTK's, where it listens and what it wrote."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path
    move: int = 0

    def freeze(self) -> None:
        """Let it and the processes of its associations hang."""
        for process in self._family():
            os.kill(process, signal.SIGSTOP)

    def thaw(self) -> None:
        for process in self._family():
            os.kill(process, signal.SIGCONT)

    def _family(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]

    @property
    def server(self) -> Server:
        return Server(
            "dcmtk",
            protocol=Protocol.DIMSE,
            host="127.0.0.1",
            port=self.port,
            title="QR",
            calling=TITLE,
            seconds=60,
            move_port=self.move or 11112,
        )


def program_of(name: str) -> str:
    """Return DCMTK's program of a name: pynetdicom installs others of the same names beside Python."""
    for folder in os.get_exec_path():
        program = shutil.which(name, path=folder)
        if program and b"dcmtk" in subprocess.run([program, "--version"], capture_output=True, check=False).stdout:
            return program
    pytest.skip("needs the Debian package dcmtk")


def start(command: list[str], log: Path, port: int) -> subprocess.Popen[bytes]:
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env={**os.environ, "TCP_NODELAY": "1"})
    wait_for(port, process)
    return process


def image(
    study: str,
    series: str,
    number: int,
    *,
    shape: tuple[int, int] = (64, 64),
    sop_class: str = CTImageStorage,
    **values,
) -> FileDataset:
    """Return a small image of a series."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study, series
    dataset.PatientName, dataset.PatientID = "Müller^Anna", "P-17"
    dataset.PatientBirthDate, dataset.PatientSex = "19610203", "F"
    dataset.StudyDate, dataset.StudyTime, dataset.AccessionNumber = "20260504", "101500", "A-4711"
    dataset.StudyDescription, dataset.Modality = "Thorax", "CT"
    dataset.StudyID, dataset.SeriesNumber, dataset.InstanceNumber = "1", 1, number
    dataset.ReferringPhysicianName = dataset.SeriesDescription = dataset.Manufacturer = ""
    dataset.Rows, dataset.Columns = shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.PixelData = np.random.default_rng(number).integers(0, 4096, shape, np.uint16).tobytes()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def as_bytes(dataset: Dataset) -> bytes:
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def outgoing(dataset: Dataset):
    return read_outgoing(as_bytes(dataset), "test")


def with_secret(server: Server) -> Server:
    if server.needs_secret:
        secrets.keep(server, PASSWORD, remember=False)
    return server
