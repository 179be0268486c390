"""Measures what a marketplace costs an order: CPU time a line, on SQLite, with wrk.

    cargo build --profile dist --package orders-server --bins --examples
    python3 bench/markets.py [--seconds 2] [--rounds 7] [--connections 64]

Orders of 2 and of 10 lines take turns in every round: in the default marketplace, and in one that has a listing and
four texts of each product, by somebody who reads three languages. The medians, and their difference by line.
"""

import argparse
import json
import os
import statistics
import tempfile
import urllib.request

from bench import load, start_orders

LANGUAGES = "de-AT,de;q=0.9,en;q=0.5"
PLACES = {"default": ("", ""), "default, with languages": ("", LANGUAGES), "de": ("de", LANGUAGES)}


def call(url, method, path, body):
    headers = {"user_id": "100", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}{path}", json.dumps(body).encode(), headers, method=method)
    urllib.request.urlopen(request).read()


def found(url):
    """A marketplace with listings and texts of the first ten products."""
    call(url, "POST", "/marketplaces", {"code": "de", "name": "Deutschland", "currency": "EUR", "defaultLocale": "de",
                                        "timeZone": "Europe/Berlin"})
    for product in range(1, 11):
        call(url, "PUT", f"/products/{product}/listings/de", {"price": 1000 + product, "model": f"M-{product}"})
        for place in ("de/de", "-/de", "-/fr", "-/es"):
            call(url, "PUT", f"/products/{product}/texts/{place}", {"name": f"Ein Ding mit der Nummer {product}"})


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=int, default=2)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--connections", type=int, default=64)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="orders-bench-") as folder:
        server = start_orders(os.path.join(folder, "orders.sqlite"))
        runs = {(place, lines): [] for lines in (2, 10) for place in PLACES}
        try:
            found(server.url)
            for _ in range(options.rounds):
                for (place, lines), done in runs.items():
                    market, language = PLACES[place]
                    run = load(server, "market", options.connections, options.seconds, MARKET=market, LANGUAGE=language,
                               LINES=str(lines))
                    assert not run["refused"], (place, lines)
                    done.append(run)
        finally:
            server.stop()
    median = {case: statistics.median(run["cpu"] for run in done) for case, done in runs.items()}
    for (place, lines), done in runs.items():
        rate = statistics.median(run["rate"] for run in done)
        print(f"{lines:>2} lines, {place:<24} {rate:>8.0f}/s {median[place, lines]:>8.1f} µs CPU")
    for place in ("default, with languages", "de"):
        for lines in (2, 10):
            differences = [one["cpu"] - other["cpu"] for one, other in
                           zip(runs[place, lines], runs["default", lines])]
            print(f"{place}, {lines} lines: {statistics.median(differences) / lines:+.2f} µs a line")


if __name__ == "__main__":
    main()
