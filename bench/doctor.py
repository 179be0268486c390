"""Measures `orders doctor` on a seeded file: orders a second, and whether anything was found.

    cargo build --profile dist --package orders-server --bins
    python3 bench/doctor.py [--orders 1000000] [--rounds 3] [--database-url URL]

Without a URL a file in a temporary folder is seeded first. The best of the rounds counts: the others had more of the
machine's other work in them.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time

import bench

ORDERS = os.path.join(bench.TARGET, "orders")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database-url", help="a database that is seeded already")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = arguments.database_url
        if url is None:
            url = f"sqlite://{folder}/orders.sqlite"
            subprocess.run(
                [ORDERS, "seed", "--orders", str(arguments.orders), "--database-url", url],
                check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
        best = 0
        for _ in range(arguments.rounds):
            began = time.monotonic()
            done = subprocess.run(
                [ORDERS, "doctor", "--json", "--database-url", url],
                check=True, capture_output=True,
            )
            seconds = time.monotonic() - began
            report = json.loads(done.stdout)
            best = max(best, report["orders"] / seconds)
            print(f"{report['orders']:,} orders in {seconds:.2f} s, {report['differences']} differences")
        print(f"best: {best:,.0f} orders/s")


if __name__ == "__main__":
    main()
