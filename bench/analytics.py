"""Measures figures: reading a year by day against the raw GROUP BY, counting anew, and the lag while orders come in.

    cargo build --profile dist --package orders-server --bins
    python3 bench/analytics.py [--server target/dist/orders] [--orders 1000000] [--rate 2000] [--seconds 10]

A file in a temporary folder is seeded, its orders are spread evenly over a year, and they are counted. The raw GROUP BY
is SQLite's own over the same file, without time zones. Then orders are placed at a fixed rate, and the lag is asked for.
"""

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.request

from bench import TARGET, Server, orders_ready

DAY = 24 * 60 * 60 * 1000
BEGIN = 1735686000  # 2025-01-01T00:00 in Berlin
YEAR = "from=2024-12-31T23:00:00Z&to=2025-12-31T23:00:00Z&tz=Europe/Berlin"
RAW = """
SELECT order_date / 86400000, currency, count(*), sum(units), sum(gross) FROM orders JOIN (
    SELECT order_id, sum(quantity) AS units, sum(price * quantity) AS gross FROM order_products GROUP BY order_id
) ON order_id = orders.id GROUP BY 1, 2
"""
ORDER = json.dumps({"products": [{"id": 9, "quantity": 7}, {"id": 1, "quantity": 1}]}).encode()


def spread(file):
    """Has the orders be placed, and all happen to them, evenly over the year: ids ascend with dates."""
    with sqlite3.connect(file) as database:
        newest = database.execute("SELECT max(id) FROM orders").fetchone()[0]
        step = 365 * DAY // newest
        moment = f"({BEGIN}000 + %s * {step})"
        database.execute(f"UPDATE orders SET order_date = {moment % 'id'}, updated_at = {moment % 'id'}")
        database.execute(f"UPDATE events SET at = {moment % 'subject'} WHERE kind = 'order'")


def timed(ask, rounds=20):
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def get(url, path):
    request = urllib.request.Request(f"{url}{path}", headers={"user_id": "100"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def place(url, until, pause):
    request = urllib.request.Request(
        f"{url}/orders", data=ORDER, headers={"user_id": "1", "Content-Type": "application/json"}
    )
    due = time.monotonic()
    while due < until:
        urllib.request.urlopen(request).read()
        due += pause
        time.sleep(max(0, due - time.monotonic()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default=os.path.join(TARGET, "orders"))
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--rate", type=int, default=2000)
    parser.add_argument("--seconds", type=int, default=10)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "orders.sqlite")
        database = ["--database-url", f"sqlite://{file}"]
        seed = [arguments.server, "seed", "--orders", str(arguments.orders), *database]
        subprocess.run(seed, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        spread(file)
        with sqlite3.connect(file) as read:
            events = read.execute("SELECT count(*) FROM events WHERE kind = 'order'").fetchone()[0]
        began = time.monotonic()
        subprocess.run([arguments.server, "rollups", "rebuild", *database], check=True, stdout=subprocess.DEVNULL)
        took = time.monotonic() - began
        print(f"counted {events:,} events in {took:.1f} s: {events / took:,.0f}/s")
        with sqlite3.connect(file) as read:
            raw = timed(lambda: read.execute(RAW).fetchall(), 3)
        server = Server([arguments.server, "serve", "--port", "0", *database], {}, orders_ready)
        try:
            for path in ["every=day", "every=day&by=marketplace", "every=month&by=status", "every=week&by=product"]:
                rows = len(get(server.url, f"/analytics/orders?{YEAR}&{path}")["rows"])
                took = timed(lambda: get(server.url, f"/analytics/orders?{YEAR}&{path}"))
                print(f"{path}: {rows} rows in {took:.1f} ms, raw by day {raw:,.0f} ms: {raw / took:,.0f} times")
            took = timed(lambda: get(server.url, f"/analytics/products?{YEAR}"))
            print(f"best sellers of the year: {took:.1f} ms")
            clients = 16
            until = time.monotonic() + arguments.seconds
            pause = clients / arguments.rate
            threads = [threading.Thread(target=place, args=(server.url, until, pause)) for _ in range(clients)]
            for thread in threads:
                thread.start()
            lags = []
            while time.monotonic() < until:
                lags.append(get(server.url, f"/analytics/orders?{YEAR}")["lagSeconds"])
                time.sleep(0.05)
            for thread in threads:
                thread.join()
            print(f"lag at {arguments.rate} orders/s: {statistics.median(lags):.3f} s, at most {max(lags):.3f} s")
        finally:
            server.stop()


if __name__ == "__main__":
    main()
