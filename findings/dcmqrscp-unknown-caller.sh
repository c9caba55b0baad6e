#!/usr/bin/env bash
# DCMTK 3.6.7, dcmqrscp (Debian package dcmtk), pynetdicom 3.0.4: who is not admitted hears that the server has another
# name, and the loopback address is nobody.
#
# Guess: an archive that does not know the calling title rejects the association with "calling AE title not recognized"
#   (PS3.8 9.3.4, reason 3); and a host that is entered as 127.0.0.1 may call from 127.0.0.1.
# Case: the reason is 7, "called AE title not recognized", so that people look for a mistake in the archive's title,
#   which is right. The same reason comes when the title is known and its host is entered by its address: hosts are
#   compared by the name that the address resolves to.
# Exits 0 while this holds, 1 when it has changed.
set -euo pipefail

command -v dcmqrscp >/dev/null || { echo "Install the Debian package dcmtk."; exit 1; }
work=$(mktemp -d)
servers=()
trap 'for one in "${servers[@]}"; do kill "$one" 2>/dev/null || true; done; wait; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pynetdicom==3.0.4 pydicom==3.0.2

started() { # an archive QR that knows one caller, KNOWN, at a host; prints its port
  local port folder
  port=$(python3 -c "import socket; print(socket.create_server(('127.0.0.1', 0)).getsockname()[1])")
  folder=$work/$port
  mkdir "$folder"
  cat >"$folder/cfg" <<END
NetworkTCPPort = $port
MaxPDUSize = 16384
MaxAssociations = 4
HostTable BEGIN
one = (KNOWN, $1, 11112)
HostTable END
VendorTable BEGIN
VendorTable END
AETable BEGIN
QR $folder RW (10, 10mb) one
AETable END
END
  echo "$port"
}

by_name=$(started localhost)
by_address=$(started 127.0.0.1)
for port in "$by_name" "$by_address"; do
  dcmqrscp -c "$work/$port/cfg" >"$work/$port/log" 2>&1 &
  servers+=($!)
done

"$work/venv/bin/python" - "$by_name" "$by_address" <<'END'
import socket, sys, time
from pynetdicom import AE

by_name, by_address = map(int, sys.argv[1:])
for port in (by_name, by_address):
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)


def reason(port, calling, called="QR"):
    entity = AE(calling)
    entity.add_requested_context("1.2.840.10008.1.1")
    association = entity.associate("127.0.0.1", port, ae_title=called)
    if association.is_established:
        association.release()
        return "accepted"
    return association.acceptor.primitive.reason_str


found = {
    "KNOWN, host entered as localhost": reason(by_name, "KNOWN"),
    "STRANGER": reason(by_name, "STRANGER"),
    "KNOWN, host entered as 127.0.0.1": reason(by_address, "KNOWN"),
}
for who, answer in found.items():
    print(f"{who}: {answer}")
accepted, *others = found.values()
if accepted != "accepted" or not all("alled AE title not recognised" in other for other in others):
    sys.exit("It has changed.")
END
