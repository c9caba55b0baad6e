#!/usr/bin/env bash
# Orthanc 1.10.1 with its DICOMweb plug-in 1.7 (Debian packages orthanc, orthanc-dicomweb), dicomweb-client 0.61.2:
# a search with a wild card finds nothing, without an error.
#
# Guess: QIDO-RS of PatientName=Comp* finds the patient; in a URL, * and %2A are the same (RFC 3986 2.2, 6.2.2.2: the
#   query's delimiters apart, a percent-encoded character is the character).
# Case: the plug-in does not decode the query. dicomweb-client encodes it, so its search for Comp* returns no study, and
#   status 200 with an empty list says that nobody has that name. With a bare * the study is found. The same holds for
#   ^ in a name and for any letter beyond ASCII: only wild cards in their place find it.
# Exits 0 while this holds, 1 when it has changed.
set -euo pipefail

PATH=$PATH:/usr/sbin
command -v Orthanc >/dev/null || { echo "Install the Debian packages orthanc and orthanc-dicomweb."; exit 1; }
work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; wait; rm -rf "$work"' EXIT
server=
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check dicomweb-client==0.61.2 pydicom==3.0.2 numpy==2.4.6 pillow
read -r http dicom < <(python3 -c "
import socket
sockets = [socket.create_server(('127.0.0.1', 0)) for _ in range(2)]
print(*(s.getsockname()[1] for s in sockets))")
cat >"$work/orthanc.json" <<END
{"StorageDirectory": "$work/db", "IndexDirectory": "$work/db", "HttpPort": $http, "DicomPort": $dicom,
 "RemoteAccessAllowed": false, "Plugins": ["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"]}
END
Orthanc "$work/orthanc.json" >"$work/log" 2>&1 &
server=$!

"$work/venv/bin/python" - "http://127.0.0.1:$http/dicom-web" <<'END'
import json, sys, time, urllib.request
import pydicom
from dicomweb_client.api import DICOMwebClient
from pydicom.data import get_testdata_file

root = sys.argv[1]
for _ in range(100):
    try:
        urllib.request.urlopen(f"{root}/studies").read()
        break
    except OSError:
        time.sleep(0.2)
client = DICOMwebClient(root)
client.store_instances([pydicom.dcmread(get_testdata_file("CT_small.dcm"))])  # CompressedSamples^CT1


def bare(query):
    with urllib.request.urlopen(f"{root}/studies?{query}") as answer:
        body = answer.read()
    return len(json.loads(body)) if body else 0


found = {
    "dicomweb-client, Comp*": len(client.search_for_studies(search_filters={"PatientName": "Comp*"})),
    "PatientName=Comp%2A": bare("PatientName=Comp%2A"),
    "PatientName=Comp*": bare("PatientName=Comp*"),
    "PatientName=CompressedSamples%5ECT1": bare("PatientName=CompressedSamples%5ECT1"),
    "PatientName=CompressedSamples?CT1": bare("PatientName=CompressedSamples?CT1"),
}
for asked, count in found.items():
    print(f"{asked}: {count}")
if list(found.values()) != [0, 0, 1, 0, 1]:
    sys.exit("It has changed.")
END
