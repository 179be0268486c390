"""Measures the server as shipped on PostgreSQL against pgbench on the same private server, in one run.

    cargo build --profile dist --package orders-server --bins --examples
    python3 bench/postgres.py [--seconds 5] [--rounds 3] [--connections 64]

It starts a PostgreSQL of its own from the machine's binaries (`pg_config --bindir`), on loopback, with
fsync and synchronous_commit on. pgbench writes an order, its two lines and its event as four prepared
statements in a transaction, and reads an order by the server's own join. Needs wrk, and runs as root or as a user
who may run PostgreSQL.
"""

import argparse
import glob
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

from bench import HERE, TARGET, Server, load, orders_ready, place

# The ids come as the server's do, so that lists stay right with several writers ...
WRITE = """\
\set user random(1, 3)
BEGIN;
SELECT first_order AS id, first_event AS event, greatest(earliest, date) AS date
    FROM (SELECT (extract(epoch FROM now()) * 1000)::BIGINT AS date) AS now, next_ids(1, date, 1) \gset
INSERT INTO events (id, kind, subject, version, type, at, actor_kind, actor, request_id, data)
    VALUES (:event, 'order', :id, 1, 'placed', :date, 'user', :user, '01a21a7e-fa83-72b1-95ea-6e9512bf1852',
    '{"lines":[[9,7],[1,1]]}');
INSERT INTO orders (id, user_id, order_date, updated_at, status, currency, version)
    VALUES (:id, :user, :date, :date, 'pending', 'USD', 1);
INSERT INTO order_products (id, order_id, product_id, price, quantity)
    VALUES (:id * 100 - 99, :id, 9, 1999, 7), (:id * 100 - 98, :id, 1, 1399, 1);
COMMIT;
"""

# ... or from a bare sequence, which lists could not be made of.
WRITE_BARE = re.sub(r"SELECT first_order.*?gset", r"""SELECT nextval('order_ids') AS id, nextval('event_ids') AS event,
    (extract(epoch FROM now()) * 1000)::BIGINT AS date \\gset""", WRITE, flags=re.DOTALL)

READ = """\
\\set id random({first}, {last})
SELECT orders.id, line.id, product_id, price, quantity, user_id, order_date, updated_at, status, currency,
    shipment.shipping_provider, shipment.tracking_number, version
    FROM orders LEFT JOIN LATERAL (SELECT id, product_id, price, quantity FROM order_products
        WHERE order_products.id BETWEEN orders.id * 100 - 99 AND orders.id * 100
        ORDER BY order_products.id LIMIT 100) AS line ON true
    LEFT JOIN LATERAL (SELECT shipping_provider, tracking_number FROM order_shipments
        WHERE order_id = orders.id AND number = 1) AS shipment ON true
    WHERE orders.id = :id ORDER BY orders.id, line.id;
"""

ONE = "pgbench, an order a transaction, 16 clients"
SELECT = "pgbench, select of an order, 16 clients"


def binaries():
    found = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True).stdout.strip()
    for folder in [found, *sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)]:
        if folder and os.path.exists(os.path.join(folder, "initdb")):
            return folder
    sys.exit("PostgreSQL is needed (apt-get install postgresql)")


class Postgres:
    """A private server, stopped and removed at the end."""

    def __init__(self):
        self.bin, self.folder, self.port = binaries(), tempfile.mkdtemp(prefix="orders-bench-"), free_port()
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.data = os.path.join(self.folder, "data")
        self.run("initdb", "-D", self.data, "-U", "orders", "--auth=trust", "--encoding=UTF8", "--locale=C")
        options = f"-c port={self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200"
        self.run("pg_ctl", "-D", self.data, "-l", os.path.join(self.folder, "log"), "-o", options, "-w", "start")

    def run(self, program, *arguments):
        prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        subprocess.run([*prefix, os.path.join(self.bin, program), *arguments], check=True, stdout=subprocess.DEVNULL)

    def database(self, name):
        place = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "orders"]
        subprocess.run([os.path.join(self.bin, "createdb"), *place, name], check=True)
        return f"postgres://orders@127.0.0.1:{self.port}/{name}"

    def pgbench(self, name, script, clients, seconds):
        """Transactions a second."""
        path = os.path.join(self.folder, "script.sql")
        with open(path, "w") as file:
            file.write(script)
        command = [os.path.join(self.bin, "pgbench"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "orders", "-n",
                   "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds), "-f", path, name]
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return float(re.search(r"tps = ([\d.]+)", out)[1])

    def stop(self):
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")
        shutil.rmtree(self.folder)


def free_port():
    import socket
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def start(database, workers):
    env = {"PORT": "0", "DATABASE_URL": database, "RUST_LOG": "warn", "WORKERS": str(workers)}
    return Server([os.path.join(TARGET, "orders"), "serve"], env, orders_ready)


def load_both(servers, script, connections, seconds, first=1, last=1):
    """Requests a second over both servers, half of the connections each."""
    commands = [["wrk", "-t", "1", "-c", str(connections // 2), "-d", f"{seconds}s", "-s",
                 os.path.join(HERE, f"{script}.lua"), server.url] for server in servers]
    env = {**os.environ, "FIRST": str(first), "LAST": str(last)}
    running = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) for command in commands]
    outs = [process.communicate()[0] for process in running]
    return sum(float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]) for out in outs)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=int, default=5)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--connections", type=int, default=64)
    options = arguments.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is needed (apt-get install wrk)")
    seconds, connections = options.seconds, options.connections
    postgres, servers = Postgres(), []
    try:
        database = postgres.database("orders")
        processors = os.cpu_count()
        one = start(database, processors)
        # Two that share the processors.
        two = [start(database, max(processors // 2, 1)) for _ in range(2)]
        servers = [one, *two]
        # Those that are read have as many before them as a page takes.
        mine = [place(one.url) for _ in range(600)][100:]
        results = {}

        def note(case, rate, cpu=None):
            results.setdefault(case, []).append((rate, cpu))

        for _ in range(options.rounds):
            note(ONE, postgres.pgbench("orders", WRITE, 16, seconds))
            note("… with ids from a bare sequence", postgres.pgbench("orders", WRITE_BARE, 16, seconds))
            posted = load(one, "post", connections, seconds)
            note("POST", posted["rate"], posted["cpu"])
            keyed = load(one, "post_key", connections, seconds)
            note("POST with a key", keyed["rate"], keyed["cpu"])
            note("POST, two servers", load_both(two, "post", connections, seconds))
            read = READ.format(first=mine[0], last=mine[-1])
            note(SELECT, postgres.pgbench("orders", read, 16, seconds))
            got = load(one, "get", connections, seconds, mine[0], mine[-1])
            note("GET one", got["rate"], got["cpu"])
            patched = load(one, "patch", connections, seconds, mine[0], mine[-1])
            note("PATCH tracking", patched["rate"], patched["cpu"])
            paged = load(one, "page", connections, seconds, mine[0], mine[-1])
            note("page of 50", paged["rate"], paged["cpu"])
            for name, run in [("post", posted), ("key", keyed), ("get", got), ("patch", patched), ("page", paged)]:
                if run["refused"]:
                    print(f"refused in {name}: {run['refused']}")
        base = {"POST": ONE, "POST with a key": ONE, "POST, two servers": "POST", "GET one": SELECT}
        median = {case: statistics.median(rate for rate, _ in runs) for case, runs in results.items()}
        print(f"{'case':<46} {'/s':>8} {'ratio':>6} {'server CPU µs':>14}")
        for case, runs in results.items():
            ratio = f"{median[case] / median[base[case]]:.2f}" if case in base else ""
            cpus = [cpu for _, cpu in runs if cpu]
            print(f"{case:<46} {median[case]:>8.0f} {ratio:>6} {statistics.median(cpus) if cpus else 0:>14.1f}")
    finally:
        for server in servers:
            server.stop()
        postgres.stop()


if __name__ == "__main__":
    main()
