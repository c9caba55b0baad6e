#!/usr/bin/env bash
# pynetdicom 3.0.4: Association.abort() from another thread does not end a search that waits for its answer.
#
# Guess: a program that lets its user cancel calls abort() from the window's thread; the thread that iterates over
#   send_c_find() sees the end of the association at once, as it does when the server aborts.
# Case: the iteration goes on waiting until dimse_timeout is over (30 s by default, for ever with None), although the
#   association is long aborted: only an abort or a closed connection of the other side puts a message into its queue.
#   association.dimse.msg_queue.put((None, None)) after abort() wakes it.
# Exits 0 while this holds, 1 when it has changed.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pynetdicom==3.0.4 pydicom==3.0.2

"$work/venv/bin/python" - <<'END'
import sys, threading, time
from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind as FIND

release = threading.Event()


def slow(event):
    release.wait(60)  # a server that thinks about it
    yield 0xFE00, None


def cancelled_after(wake):
    server = AE()
    server.add_supported_context(FIND)
    listener = server.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_FIND, slow)])
    client = AE()
    client.add_requested_context(FIND)
    client.dimse_timeout = 8
    association = client.associate("127.0.0.1", listener.server_address[1])
    asked = Dataset()
    asked.QueryRetrieveLevel, asked.PatientName = "STUDY", "*"
    began = time.monotonic()

    def cancel():
        association.abort()
        if wake:
            association.dimse.msg_queue.put((None, None))

    threading.Timer(1, cancel).start()
    list(association.send_c_find(asked, FIND))
    took = time.monotonic() - began
    release.set()
    listener.shutdown()
    release.clear()
    return took


plain, woken = cancelled_after(False), cancelled_after(True)
print(f"aborted after 1 s, with an answer's time of 8 s: the search ended after {plain:.1f} s")
print(f"aborted and woken after 1 s: {woken:.1f} s")
if plain < 7 or woken > 5:
    sys.exit("It has changed.")
END
