"""Compares two builds of the server in one run, on loopback, with wrk: CPU a request, and the ratio.

    python3 bench/against.py BEFORE AFTER [--seconds 2] [--rounds 5]

BEFORE and AFTER are programs, such as two `orders` that were built with the profile dist. Each has a database of its
own, made by itself with the same calls: orders of two lines, and as many with a shipment that is tracked. They take turns in
every round, so that a machine whose speed drifts treats both alike; the table has the medians.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import urllib.request

from bench import Server, load, orders_ready, place

ORDERS = 200

# Name, wrk script, whether the orders have a shipment.
CASES = {
    "POST, 2 lines": ("post", False),
    "GET one": ("get", False),
    "GET one with a shipment": ("get", True),
    "page of 50": ("page", False),
    "PATCH tracking": ("patch", True),
}


def track(url, order):
    body = json.dumps({"shippingProvider": "USPS", "trackingNumber": "23987239825"}).encode()
    headers = {"user_id": "1", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/orders/{order}/tracking", body, headers, method="PATCH")
    urllib.request.urlopen(request).read()


def start(program, folder):
    """A server with its orders: those without a shipment, and those with one."""
    env = {"PORT": "0", "DATABASE_URL": f"sqlite://{folder}/orders.sqlite"}
    server = Server([program, "serve"], env, orders_ready)
    bare = [place(server.url) for _ in range(ORDERS)]
    tracked = [place(server.url) for _ in range(ORDERS)]
    for order in tracked:
        track(server.url, order)
    return server, {False: (bare[100], bare[-1]), True: (tracked[0], tracked[-1])}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("before")
    arguments.add_argument("after")
    arguments.add_argument("--seconds", type=int, default=2)
    arguments.add_argument("--rounds", type=int, default=5)
    options = arguments.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is needed (apt-get install wrk)")
    folder = tempfile.mkdtemp(prefix="orders-against-")
    servers = []
    try:
        for name in ["before", "after"]:
            place_of = os.path.join(folder, name)
            os.mkdir(place_of)
            servers.append(start(os.path.abspath(getattr(options, name)), place_of))
        print(f"{'case':<26} {'before µs':>10} {'after µs':>10} {'ratio':>6}")
        for name, (script, tracked) in sorted(CASES.items(), key=lambda case: case[1][0] in ("post", "patch")):
            costs = ([], [])
            for _ in range(options.rounds):
                for (server, orders), cost in zip(servers, costs):
                    cost.append(load(server, script, 64, options.seconds, *orders[tracked])["cpu"])
            before, after = map(statistics.median, costs)
            print(f"{name:<26} {before:>10.1f} {after:>10.1f} {after / before:>6.2f}", flush=True)
    finally:
        for server, _ in servers:
            server.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
