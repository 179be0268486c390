"""Measures the server as shipped against a bare actix route in one run, on loopback, with wrk.

    cargo build --profile dist --package orders-server --bins --examples
    python3 bench/bench.py [--seconds 5] [--rounds 3] [--connections 16 64 256] [--only NAME ...]

Each case runs in turn in every round, so that a machine whose speed drifts treats all alike; the
table has the medians. CPU is user + system time of the server from /proc, per request; it repeats
far better than requests a second. The ratio is to `hello` with as many connections.
"""

import argparse
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(HERE, "..", "target")), "dist")
TICKS = os.sysconf("SC_CLK_TCK")

# Name, wrk script, argument of the script.
CASES = {
    "POST, 2 lines": "post",
    "POST, 2 lines, key": "post_key",
    "GET one": "get",
    "PATCH tracking": "patch",
    "page of 50": "page",
    "80 % reads": "mix",
}


class Server:
    """A server process and what it has used."""

    def __init__(self, command, env, ready):
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
        self.url = ready(self.process)

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def peak_mb(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=15)


def orders_ready(process):
    url = process.stdout.readline().split()[-1]
    process.stdout.readline(), process.stdout.readline()
    return url


def hello_ready(_):
    url = "http://127.0.0.1:3999"
    for _ in range(100):
        try:
            urllib.request.urlopen(url).read()
            return url
        except OSError:
            subprocess.run(["sleep", "0.05"], check=True)
    sys.exit("hello does not start")


def start_orders(database, **settings):
    env = {"PORT": "0", "DATABASE_URL": f"sqlite://{database}", **settings}
    return Server([os.path.join(TARGET, "orders"), "serve"], env, orders_ready)


def seed(database, orders, *more):
    url = f"sqlite://{database}"
    command = [os.path.join(TARGET, "orders"), "seed", "--orders", str(orders), "--database-url", url, *more]
    subprocess.run(command, check=True)


def place(url):
    """One order of user 1, so that there is something to read."""
    body = b'{"products": [{"id": 9, "quantity": 7}, {"id": 1, "quantity": 1}]}'
    headers = {"user_id": "1", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/orders", body, headers)) as answer:
        return json.load(answer)["id"]


def micros(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 1, "ms": 1e3, "s": 1e6}[unit]


def load(server, script, connections, seconds, first=1, last=1, **more):
    """One run of wrk: requests a second, CPU µs a request, p50 and p99 in ms, refusals."""
    env = {**os.environ, "FIRST": str(first), "LAST": str(last), **more}
    before = server.cpu_seconds()
    command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--latency",
               "-s", os.path.join(HERE, f"{script}.lua"), server.url]
    out = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout
    cpu = server.cpu_seconds() - before
    requests = int(re.search(r"(\d+) requests in", out)[1])
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    return {
        "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]),
        "cpu": cpu / requests * 1e6,
        "p50": micros(re.search(r"\n\s+50%\s+(\S+)", out)[1]) / 1e3,
        "p99": micros(re.search(r"\n\s+99%\s+(\S+)", out)[1]) / 1e3,
        "refused": int(refused[1]) if refused else 0,
    }


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=int, default=5)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--connections", type=int, nargs="+", default=[16, 64, 256])
    arguments.add_argument("--only", nargs="+", default=list(CASES))
    arguments.add_argument("--seed", type=int, default=1000, help="orders in the database before")
    options = arguments.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is needed (apt-get install wrk)")

    folder = tempfile.mkdtemp(prefix="orders-bench-")
    hello = Server([os.path.join(TARGET, "examples", "hello")], {}, hello_ready)
    orders = None
    try:
        database = os.path.join(folder, "orders.sqlite")
        seed(database, options.seed)
        orders = start_orders(database)
        last = place(orders.url)
        mine = [place(orders.url) for _ in range(500)]
        print(f"{'case':<20} {'conns':>5} {'req/s':>8} {'ratio':>6} {'CPU µs':>7} {'p50 ms':>7} {'p99 ms':>7} {'refused':>7}")
        for connections in options.connections:
            results = {name: [] for name in ["hello", *options.only]}
            for _ in range(options.rounds):
                results["hello"].append(load(hello, "hello", connections, options.seconds))
                for name in options.only:
                    results[name].append(
                        load(orders, CASES[name], connections, options.seconds, mine[0], mine[-1])
                    )
            base = statistics.median(run["rate"] for run in results["hello"])
            for name, runs in results.items():
                median = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
                print(f"{name:<20} {connections:>5} {median['rate']:>8.0f} {median['rate'] / base:>6.2f} "
                      f"{median['cpu']:>7.1f} {median['p50']:>7.2f} {median['p99']:>7.2f} {median['refused']:>7.0f}",
                      flush=True)
        print(f"peak RSS: orders {orders.peak_mb():.0f} MB, hello {hello.peak_mb():.0f} MB; last id before: {last}")
    finally:
        hello.stop()
        if orders:
            orders.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
