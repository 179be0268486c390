"""Measures the import of orders from another system.

    cargo build --profile dist --package orders-server --bins --all-features
    python3 bench/import.py [--orders 500000] [--rounds 3] [--only sqlite postgres]

The file is made anew with the same content: orders of one to three products that nobody counts, most of them delivered and half of those
with a carrier. Of each round a fresh database is filled; then the same file is imported once more, which adds nothing.
The table has medians. Memory is the peak of the command, and what it grows by for each line is the difference between
dry runs of this file and of one of a tenth of it: without the caches of a database that is written. For PostgreSQL its binaries are needed, and root or a user who may run it.
"""

import argparse
import itertools
import json
import os
import random
import statistics
import subprocess
import tempfile
import time

from bench import TARGET
from postgres import Postgres

ORDERS = os.path.join(TARGET, "orders")
STATUSES = ["delivered"] * 80 + ["cancelled"] * 10 + ["shipped"] * 8 + ["pending"] * 2


def make(path, count):
    chance = random.Random(7)
    with open(path, "w") as file:
        for number in range(count):
            status = chance.choice(STATUSES)
            products = chance.sample(range(1, 11), chance.randint(1, 3))
            order = {
                "externalId": f"SHOP-{number:09}",
                "userId": chance.randint(1, 100_000),
                "placedAt": f"20{15 + number * 10 // count}-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}T12:00:00Z",
                "status": status,
                "currency": "USD",
                "products": [{"id": id, "quantity": chance.randint(1, 5), "price": chance.randint(1, 9999)} for id in products],
            }
            if status in ("shipped", "delivered") and chance.random() < 0.5:
                order["tracking"] = {"provider": "USPS", "number": str(chance.randint(10**10, 10**11))}
            file.write(json.dumps(order) + "\n")


def run(database, *arguments):
    """Seconds, and the peak of its memory in KiB."""
    begun = time.monotonic()
    command = [ORDERS, *arguments, "--database-url", database]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return time.monotonic() - begun, usage.ru_maxrss


def measure(name, fresh, folder, options):
    whole, tenth = os.path.join(folder, "whole.ndjson"), os.path.join(folder, "tenth.ndjson")
    runs = {"dry run": [], "import": [], "the same again": []}
    per_line = []
    for round in range(options.rounds):
        database = fresh(round)
        run(database, "seed", "--orders", "0")
        for case, arguments in {
            "dry run": ("import", "--dry-run", whole),
            "import": ("import", whole),
            "the same again": ("import", whole),
        }.items():
            runs[case].append(run(database, *arguments))
        _, less = run(database, "import", "--dry-run", tenth)
        _, more = runs["dry run"][-1]
        per_line.append((more - less) * 1024 / (options.orders - options.orders // 10))
    for case, done in runs.items():
        seconds, peak = (statistics.median(column) for column in zip(*done))
        print(f"{name}: {case:<16} {options.orders / seconds:>9.0f} orders/s, peak {peak / 1024:>6.0f} MB")
    print(f"{name}: memory grows by {statistics.median(per_line):.0f} bytes a line")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=["sqlite", "postgres"], default=["sqlite", "postgres"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make(os.path.join(folder, "whole.ndjson"), options.orders)
        with open(os.path.join(folder, "whole.ndjson")) as whole, open(os.path.join(folder, "tenth.ndjson"), "w") as tenth:
            tenth.writelines(itertools.islice(whole, options.orders // 10))
        if "sqlite" in options.only:
            measure("SQLite", lambda nth: f"sqlite://{folder}/{nth}.sqlite", folder, options)
        if "postgres" in options.only:
            postgres = Postgres()
            try:
                measure("PostgreSQL", lambda nth: postgres.database(f"imports{nth}"), folder, options)
            finally:
                postgres.stop()


if __name__ == "__main__":
    main()
