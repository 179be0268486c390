"""Measures what traces cost an order: CPU time a POST, on SQLite, with wrk. No figure is for a collector of one's own.

    cargo build --profile dist --package orders-server --bins --examples --features otlp
    python3 bench/traces.py [--seconds 2] [--rounds 9] [--connections 64]

Four ways take turns in every round: without a collector and without `traceparent`; without a collector, with
`traceparent`; with a collector that takes everything; with one that is away. The medians, and what each costs more than
the first in the same round.
"""

import argparse
import os
import statistics
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bench import load, start_orders

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Collector(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=int, default=2)
    arguments.add_argument("--rounds", type=int, default=9)
    arguments.add_argument("--connections", type=int, default=64)
    options = arguments.parse_args()
    collector = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    here, nowhere = f"http://127.0.0.1:{collector.server_port}", "http://127.0.0.1:9"
    with tempfile.TemporaryDirectory(prefix="orders-bench-") as folder:
        def started(name, **settings):
            return start_orders(os.path.join(folder, f"{name}.sqlite"), **settings)

        plain = started("plain")
        taken = started("taken", OTEL_EXPORTER_OTLP_ENDPOINT=here)
        lost = started("lost", OTEL_EXPORTER_OTLP_ENDPOINT=nowhere, RUST_LOG="error")
        ways = {
            "no collector": (plain, ""),
            "no collector, traceparent": (plain, TRACE),
            "a collector, traceparent": (taken, TRACE),
            "a collector that is away": (lost, TRACE),
        }
        runs = {way: [] for way in ways}
        try:
            for _ in range(options.rounds):
                for way, (server, trace) in ways.items():
                    run = load(server, "traced", options.connections, options.seconds, TRACE=trace)
                    assert not run["refused"], way
                    runs[way].append(run)
        finally:
            for server in (plain, taken, lost):
                server.stop()
            collector.shutdown()
    first = runs["no collector"]
    for way, done in runs.items():
        cpu, rate = (statistics.median(run[number] for run in done) for number in ("cpu", "rate"))
        more = statistics.median(one["cpu"] - other["cpu"] for one, other in zip(done, first))
        print(f"{way:<28} {rate:>8.0f}/s {cpu:>8.1f} µs CPU {more:>+7.2f} µs")


if __name__ == "__main__":
    main()
