"""Measures orders of products that are counted, and catalogues of 1,000 and of 1,000,000 products.

    cargo build --profile dist --package orders-server --bins --all-features
    python3 bench/stock.py [--seconds 5] [--rounds 5] [--connections 64] [--large 1000000] [--only sqlite large postgres]

What is compared takes turns in every round; the table has medians, and ratios of medians. CPU is that of the server, a
request. On PostgreSQL two servers sell one product, against pgbench that reserves and inserts with a transaction an
order. Needs wrk; for PostgreSQL also its binaries, and root or a user who may run it.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time

from bench import TARGET, Server, load, orders_ready, start_orders
from postgres import Postgres, load_both, start

ORDERS = os.path.join(TARGET, "orders")
PIECES = 1_000_000_000

# As a batch does it: the guarded level, then the order with its line, its movement and its event.
RESERVE = """\
\\set user random(1, 3)
BEGIN;
UPDATE stock_levels SET reserved = reserved + 1
    WHERE product_id = {product} AND location_id = 1 AND reserved + 1 <= on_hand + backorder_limit
    RETURNING on_hand AS on_hand, reserved AS reserved \\gset
SELECT first_order AS id, first_event AS event, greatest(earliest, date) AS date
    FROM (SELECT (extract(epoch FROM now()) * 1000)::BIGINT AS date) AS now, next_ids(1, date, 1) \\gset
INSERT INTO events (id, kind, subject, version, type, at, actor_kind, actor, request_id, data)
    VALUES (:event, 'order', :id, 1, 'placed', :date, 'user', :user, '01a21a7e-fa83-72b1-95ea-6e9512bf1852',
    '{{"lines":[[{product},1]]}}');
INSERT INTO orders (id, user_id, order_date, updated_at, status, currency, version)
    VALUES (:id, :user, :date, :date, 'pending', 'USD', 1);
INSERT INTO order_products (id, order_id, product_id, price, quantity) VALUES (:id * 100 - 99, :id, {product}, 1999, 1);
INSERT INTO stock_movements (id, product_id, location_id, kind, quantity, on_hand_after, reserved_after, line, at)
    VALUES (:event::BIGINT * 8192, {product}, 1, 'reserved', 1, :on_hand, :reserved, :id * 100 - 99, :date);
COMMIT;
"""


def orders(*arguments, database):
    subprocess.run([ORDERS, *arguments, "--database-url", database], check=True, stdout=subprocess.DEVNULL)


def fill(folder, database, counted, uncounted):
    """Products from 11 on: those that are counted, with stock at one place, then the others. Seconds of the import."""
    products, stock = os.path.join(folder, "products.csv"), os.path.join(folder, "stock.csv")
    with open(products, "w") as file:
        file.write("id,sku,name,price,stock_policy\n")
        for index in range(counted + uncounted):
            policy = "deny" if index < counted else "untracked"
            file.write(f"{index + 11},SKU-{index + 11},Product {index + 11},{index % 9000 + 100},{policy}\n")
    with open(stock, "w") as file:
        file.write("product,location,on_hand,reason\n")
        for index in range(counted):
            file.write(f"{index + 11},MAIN,{PIECES},bench\n")
    begun = time.monotonic()
    orders("products", "import", products, database=database)
    took = time.monotonic() - begun
    return took, stock


def with_place(url):
    import json
    import urllib.request
    body = json.dumps({"code": "MAIN", "name": "Main", "country": "DE"}).encode()
    headers = {"user_id": "100", "Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(f"{url}/locations", body, headers)).read()


def prepared(folder, name, counted, uncounted):
    """An SQLite file with products and their stock."""
    database = os.path.join(folder, f"{name}.sqlite")
    server = start_orders(database)
    with_place(server.url)
    server.stop()
    url = f"sqlite://{database}"
    took, stock = fill(folder, url, counted, uncounted)
    orders("stock", "import", stock, database=url)
    return database, took


def rounds(options, cases):
    """Runs each case in turn; the medians of what `load` says by case."""
    runs = {case: [] for case in cases}
    for _ in range(options.rounds):
        for case, run in cases.items():
            done = run()
            if done.get("refused"):
                print(f"refused in {case}: {done['refused']}")
            runs[case].append(done)
    keys = ("rate", "cpu", "p99")
    return {case: {key: statistics.median(run.get(key, 0) for run in done) for key in keys} for case, done in runs.items()}


def show(results):
    for case, result in results.items():
        print(f"{case:<44} {result['rate']:>8.0f}/s {result['cpu']:>8.1f} µs CPU  p99 {result['p99']:>6.1f} ms")


def sqlite(options, folder):
    counted = 10_000
    database, _ = prepared(folder, "some", counted, 10)
    server = start_orders(database)
    try:
        def buy(first, last, lines=2):
            return lambda: load(server, "buy", options.connections, options.seconds, first, last, LINES=str(lines))
        results = rounds(options, {
            "2 lines of 10 products, not counted": buy(11 + counted, 20 + counted),
            "2 lines of 10 products, counted": buy(11, 20),
            "1 line, one product, counted": buy(11, 11, 1),
            "1 line of 10,000 products, counted": buy(11, 10 + counted, 1),
        })
        show(results)
        plain, held, hot, many = results.values()
        print(f"counted against not: {held['cpu'] - plain['cpu']:+.1f} µs CPU; one product against 10,000: {hot['rate'] / many['rate']:.2f} of the rate")
    finally:
        server.stop()


def large(options, folder):
    small_file, _ = prepared(folder, "small", 1_000, 0)
    large_file, took = prepared(folder, "large", options.large, 0)
    print(f"import of {options.large} products into SQLite: {options.large / took:.0f} rows/s")
    servers = {1_000: start_orders(small_file), options.large: start_orders(large_file)}
    try:
        cases = {}
        for size, server in servers.items():
            def buy(server=server, size=size):
                return load(server, "buy", options.connections, options.seconds, 11, 10 + size, LINES="2")

            def page(server=server, size=size):
                return load(server, "products", options.connections, options.seconds, 11, 10 + size)
            cases[f"order of 2 counted lines, {size} products"] = buy
            cases[f"page of 100 products of {size}"] = page
        results = rounds(options, cases)
        show(results)
        small_order, small_page, large_order, large_page = results.values()
        print(f"large against small: order {large_order['cpu'] / small_order['cpu']:.2f}, page {large_page['cpu'] / small_page['cpu']:.2f} of the CPU")
        print("peak memory MB: " + ", ".join(f"{size} products {server.peak_mb():.0f}" for size, server in servers.items()))
    finally:
        for server in servers.values():
            server.stop()


def postgres(options, folder):
    database_server, servers = Postgres(), []
    try:
        database = database_server.database("orders")
        env = {"PORT": "0", "DATABASE_URL": database, "RUST_LOG": "warn"}
        first = Server([ORDERS, "serve"], env, orders_ready)
        with_place(first.url)
        first.stop()
        took, stock = fill(folder, database, options.large, 0)
        print(f"import of {options.large} products into PostgreSQL: {options.large / took:.0f} rows/s")
        few = os.path.join(folder, "few.csv")
        with open(stock) as all_lines, open(few, "w") as file:
            file.writelines(next(all_lines) for _ in range(10_001))
        orders("stock", "import", few, database=database)
        servers = [start(database, max(os.cpu_count() // 2, 1)) for _ in range(2)]
        os.environ["LINES"] = "1"

        def buy(first, last):
            return lambda: {"rate": load_both(servers, "buy", options.connections, options.seconds, first, last)}
        results = rounds(options, {
            "pgbench, one product, 16 clients": lambda: {
                "rate": database_server.pgbench("orders", RESERVE.format(product=11), 16, options.seconds)},
            "two servers, one product": buy(11, 11),
            "two servers, 10,000 products": buy(11, 10_010),
        })
        show(results)
        bench, hot, many = results.values()
        print(f"one product, two servers: {hot['rate'] / bench['rate']:.2f} × pgbench; {hot['rate'] / many['rate']:.2f} of the rate of 10,000 products")
    finally:
        for server in servers:
            server.stop()
        database_server.stop()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=int, default=5)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--connections", type=int, default=64)
    arguments.add_argument("--large", type=int, default=1_000_000)
    arguments.add_argument("--only", nargs="+", default=["sqlite", "large", "postgres"])
    options = arguments.parse_args()
    parts = {"sqlite": sqlite, "large": large, "postgres": postgres}
    for name in options.only:
        with tempfile.TemporaryDirectory(prefix="orders-bench-") as folder:
            parts[name](options, folder)


if __name__ == "__main__":
    main()
