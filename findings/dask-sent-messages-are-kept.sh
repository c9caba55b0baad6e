#!/usr/bin/env bash
# distributed 2026.8.0: what a Dask client has sent stays in its memory, the last 1,000 messages with all they held.
#
# Guess: a task that is finished and whose future is let go leaves nothing behind in the client: its function and
#   arguments were serialized, sent and freed.
# Case: dask and distributed 2026.8.0, Python 3.11 (Linux). 200 tasks, one after another, each with 0.4 MB
#   of arguments; each future is released before the next one is sent.
# Seen: the stream to the scheduler logs the messages themselves, as many as "distributed.admin.low-level-log-length"
#   says (1,000 by default), unless one is over 1 MB. So the client holds all 80 MB when everything is done, and the
#   scheduler, here in the same process, as much again (162 MB in all); with a log of three messages both hold 2 MB.
#   Nothing tells of it: the futures are gone, and the scheduler knows no task.
# Exits 0 while this holds, 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check dask==2026.8.0 distributed==2026.8.0

cat >"$work/send.py" <<'EOF'
"""Print how many MB of Python's memory are held after all tasks are done and let go; argument: length of the log."""

import gc
import sys
import tracemalloc

import dask

if sys.argv[1] != "default":
    dask.config.set({"distributed.admin.low-level-log-length": int(sys.argv[1])})
from distributed import Client, LocalCluster

if __name__ == "__main__":
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        client.submit(len, b"warm", pure=False).result()
        gc.collect()
        tracemalloc.start()
        for number in range(200):
            future = client.submit(len, bytes([number]) * 400_000, pure=False)
            assert future.result() == 400_000
            future.release()
            del future
        while client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)):
            pass
        gc.collect()
        print(round(tracemalloc.get_traced_memory()[0] / 1e6))
EOF

cd "$work"
default=$("$work/venv/bin/python" send.py default)
short=$("$work/venv/bin/python" send.py 3)
echo "held after 200 released tasks of 0.4 MB: $default MB with the default log, $short MB with a log of 3 messages"
[ "$default" -ge 70 ] && [ "$short" -le 20 ]
