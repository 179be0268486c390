"""Measures what must not grow with the database: pages by each filter, one order, one insertion.

    cargo build --profile dist --package orders-server --bins --examples
    python3 bench/scale.py [--sizes 1000 2000000] [--seconds 3] [--rounds 3]

CPU time a request of the server, the median of the rounds, at each size, and their ratio. Also how
long a start takes, and how far a stream of everything makes the memory grow.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.request

import bench

CASES = {
    "GET one": ("get", ""),
    "POST, 2 lines": ("post", ""),
    "page": ("list", ""),
    "page, status": ("list", "&status=delivered"),
    "page, rare status": ("list", "&status=processing"),
    "page, userId": ("list", "&userId=1"),
    "page, userId and status": ("list", "&userId=1&status=shipped"),
    "page, from and to": ("list", "&from={middle}&to={end}"),
    "page, all filters": ("list", "&userId=1&status=delivered&from={middle}&to={end}"),
    "page, newest first": ("list", "&sort=-id"),
    "page, two statuses": ("list", "&status=shipped,delivered"),
    "page, seven states": ("list", "&status=pending,processing,shipped,cancelled"),
    "page, fulfillment": ("list", "&fulfillment=unfulfilled"),
    "page, rare fulfillment": ("list", "&fulfillment=partially_shipped"),
    "page, userId and fulfillment": ("list", "&userId=1&fulfillment=delivered"),
    "page, marketplace": ("list", "&marketplace=de"),
    "page, the default marketplace": ("list", "&marketplace=default"),
    "page, marketplace and status": ("list", "&marketplace=de&status=processing"),
    "page, userId and marketplace": ("list", "&userId=1&marketplace=fr"),
    "page, productId": ("list", "&productId=9"),
    "page, trackingNumber": ("list", "&trackingNumber={number}"),
    "page, email": ("list", "&email=USER1@example.org"),
    "page, updatedFrom": ("updates", ""),
    "page, newest update first": ("updates", "&sort=-updatedAt"),
}


def tracked(url):
    """The number of a parcel."""
    with urllib.request.urlopen(f"{url}/orders?status=delivered&sort=-id&limit=1") as answer:
        return json.load(answer)[0]["shipment"]["trackingNumber"]


def start_seconds(database):
    """From the start of the process to its first answer."""
    began = time.monotonic()
    server = bench.start_orders(database)
    urllib.request.urlopen(f"{server.url}/orders?limit=1").read()
    took = time.monotonic() - began
    server.stop()
    return took


def rss_mb(server):
    with open(f"/proc/{server.process.pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) / 1024


def stream(server):
    """Reads every order; how many, and the memory before and at the most."""
    before = most = rss_mb(server)
    request = urllib.request.Request(f"{server.url}/orders", headers={"Accept": "application/x-ndjson"})
    lines = 0
    with urllib.request.urlopen(request) as answer:
        while chunk := answer.read(1 << 20):
            lines += chunk.count(b"\n")
            most = max(most, rss_mb(server))
    return lines, before, most


def measure(size, options, folder):
    database = os.path.join(folder, f"{size}.sqlite")
    began = time.monotonic()
    bench.seed(database, size, "--marketplaces", "8")
    print(f"{size} orders: seeded at {size / (time.monotonic() - began):.0f} a second", flush=True)
    starts = [start_seconds(database) * 1e3 for _ in range(5)]
    print(f"start to first answer: {statistics.median(starts):.0f} ms", flush=True)
    server = bench.start_orders(database)
    first = bench.place(server.url)
    mine = [bench.place(server.url) for _ in range(20)]
    now = time.time()
    stamp = lambda days: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - days * 86400))
    number = tracked(server.url)
    results = {}
    try:
        for name, (script, query) in CASES.items():
            os.environ["QUERY"] = query.format(middle=stamp(45), end=stamp(30), number=number)
            # Pages start anywhere in the table; single orders are user 1's newest.
            ids = (1, size) if script in ("list", "updates") else (mine[0], mine[-1])
            runs = [bench.load(server, script, 16, options.seconds, *ids) for _ in range(options.rounds)]
            assert not any(run["refused"] for run in runs), name
            results[name] = statistics.median(run["cpu"] for run in runs)
        lines, before, most = stream(server)
        print(f"stream of {lines} orders: RSS {before:.0f} MB before, {most:.0f} MB at the most", flush=True)
    finally:
        server.stop()
    return results


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sizes", type=int, nargs=2, default=[1000, 2_000_000])
    arguments.add_argument("--seconds", type=int, default=3)
    arguments.add_argument("--rounds", type=int, default=3)
    options = arguments.parse_args()
    folder = tempfile.mkdtemp(prefix="orders-scale-")
    try:
        small, large = (measure(size, options, folder) for size in options.sizes)
        print(f"\n{'CPU µs a request':<28} {options.sizes[0]:>10} {options.sizes[1]:>10} {'ratio':>6}")
        for name in CASES:
            print(f"{name:<28} {small[name]:>10.1f} {large[name]:>10.1f} {large[name] / small[name]:>6.2f}")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
