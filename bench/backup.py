"""Measures what a backup costs the server beside it: POST while `orders backup` runs and while it does not, with wrk.

    cargo build --profile dist --package orders-server --bins
    python3 bench/backup.py [--orders 2000000] [--seconds 5] [--rounds 3] [--connections 16] [--vacuum]

In every round there are slices of load without a backup, then slices for as long as one runs. The table has the medians, and
the ratio of both; the slice in which it ended, after which the log is merged, has a column of its own. With `--vacuum` a third row is of a copy by
`VACUUM INTO` (needs the program sqlite3), for comparison. `--database FILE` takes a database that is there, and `--folder`
says on which disk all of it is.
"""

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import bench


def size(path):
    return os.path.getsize(path) if os.path.exists(path) else 0


def slices(options, server, database, running):
    """Loads the server slice after slice while something runs; what each came to, p99 of the last one, in which that has
    ended, and the largest log."""
    found, log, last = [], 0, 0
    while running():
        slice_ = bench.load(server, "post", options.connections, options.seconds)
        log = max(log, size(f"{database}-wal"))
        last = slice_["p99"]
        if running():
            found.append(slice_)
    return found, last, log


def times(count):
    left = [count]

    def running():
        left[0] -= 1
        return left[0] >= 0

    return running


def copying(options, server, database, command):
    """Loads the server while a command makes a copy; how long that took, and what [`slices`] has."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    ended = []

    def running():
        if process.poll() is not None and not ended:
            ended.append(time.monotonic() - began)
        return process.poll() is None

    try:
        found, last, log = slices(options, server, database, running)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        code = process.wait()
    if code != 0:
        sys.exit(f"{command[0]} ended with {code}")
    return ended[0] if ended else time.monotonic() - began, found, last, log


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--orders", type=int, default=2_000_000)
    arguments.add_argument("--seconds", type=int, default=5)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--slices", type=int, default=2, help="without a backup, in a round")
    arguments.add_argument("--connections", type=int, default=16)
    arguments.add_argument("--vacuum", action="store_true")
    arguments.add_argument("--database", help="is written to")
    arguments.add_argument("--folder", default=None)
    options = arguments.parse_args()
    for program in ["wrk"] + ["sqlite3"] * options.vacuum:
        if not shutil.which(program):
            sys.exit(f"{program} is needed")
    folder = tempfile.mkdtemp(prefix="orders-backup-", dir=options.folder)
    database = options.database or os.path.join(folder, "orders.sqlite")
    server = None
    try:
        if not options.database:
            bench.seed(database, options.orders)
        server = bench.start_orders(database)
        bench.load(server, "post", options.connections, 2)
        copy = os.path.join(folder, "copy.sqlite")
        program = os.path.join(bench.TARGET, "orders")
        kinds = {"backup": [program, "backup", copy, "--database-url", f"sqlite://{database}"]}
        if options.vacuum:
            kinds["VACUUM INTO"] = ["sqlite3", "-readonly", database, f"VACUUM INTO '{copy}'"]
        results = {"without": []} | {kind: [] for kind in kinds}
        took, ends, logs = ({kind: [] for kind in kinds} for _ in range(3))
        for _ in range(options.rounds):
            results["without"] += slices(options, server, database, times(2 * options.slices))[0]
            for kind, command in kinds.items():
                seconds, found, last, log = copying(options, server, database, command)
                results[kind] += found
                took[kind].append(seconds)
                ends[kind].append(last)
                logs[kind].append(log)
                copied = size(copy)
                for path in [copy, f"{copy}.manifest.json"]:
                    if os.path.exists(path):
                        os.remove(path)
        print(f"{'':<12} {'slices':>6} {'req/s':>8} {'CPU µs':>7} {'p50 ms':>7} {'p99 ms':>7} {'ratio':>6} {'end ms':>7} {'took s':>7} {'MB/s':>6} {'log MB':>7}")
        before = None
        for kind, found in results.items():
            if not found:
                sys.exit(f"{kind}: no slice is whole; fewer --seconds or more --orders")
            middle = {key: statistics.median(one[key] for one in found) for key in ["rate", "cpu", "p50", "p99"]}
            before = before or middle["p99"]
            line = f"{kind:<12} {len(found):>6} {middle['rate']:>8.0f} {middle['cpu']:>7.1f} {middle['p50']:>7.2f} " \
                   f"{middle['p99']:>7.2f} {middle['p99'] / before:>6.2f}"
            if kind in took:
                seconds = statistics.median(took[kind])
                line += f" {statistics.median(ends[kind]):>7.2f} {seconds:>7.1f} {copied / seconds / 1e6:>6.0f} {max(logs[kind]) / 1e6:>7.0f}"
            print(line)
    finally:
        if server:
            server.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
