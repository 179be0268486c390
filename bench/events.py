"""Measures the feed of events on SQLite: walking it, following it, and what an event takes.

    cargo build --profile dist --package orders-server --bins
    python3 bench/events.py [--orders 250000] [--streams 1000] [--followers 10] [--seconds 5] [--postgres]

Walking: all events as ndjson by one client, events a second and how much the server has grown. Idle
streams: memory and CPU of so many who follow while nothing happens. Following: time from the date of
an event to its arrival at one of so many followers while orders are placed. An event: bytes of its row
and its entries in indexes, by SQLite's own count.
"""

import argparse
import json
import multiprocessing
import os
import selectors
import shutil
import socket
import sqlite3
import statistics
import subprocess
import tempfile
import threading
import time

import bench

HEAD = "GET /events{} HTTP/1.1\r\nHost: localhost\r\nuser_id: 100\r\nAccept: {}\r\n\r\n"


def connect(server, query, accept):
    host, port = server.url.rsplit("/", 1)[1].split(":")
    stream = socket.create_connection((host, int(port)))
    stream.sendall(HEAD.format(query, accept).encode())
    return stream


def rss_mb(server):
    with open(f"/proc/{server.process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def walk(server):
    before, started, lines = rss_mb(server), time.monotonic(), 0
    stream, rest = connect(server, "", "application/x-ndjson"), b""
    while not rest.endswith(b"0\r\n\r\n"):
        piece = stream.recv(1 << 20)
        lines += piece.count(b'"specversion"')
        rest = (rest + piece)[-16:]
    took = time.monotonic() - started
    print(f"walked about {lines} events in {took:.1f} s: {lines / took:.0f} a second, peak +{server.peak_mb() - before:.1f} MB")


def idle(server, count):
    last = json.loads(subprocess.run(
        ["curl", "-s", f"{server.url}/events?limit=1", "-H", "user_id: 100"], check=True, capture_output=True).stdout)
    before = rss_mb(server)
    streams = [connect(server, "?after=9000000000000", "text/event-stream") for _ in range(count)]
    for stream in streams:
        stream.recv(4096)
    cpu, started = server.cpu_seconds(), time.monotonic()
    time.sleep(20)
    share = (server.cpu_seconds() - cpu) / (time.monotonic() - started)
    print(f"{count} idle streams: +{rss_mb(server) - before:.1f} MB, {share * 100:.1f} % of a core ({len(last)} there)")
    for stream in streams:
        stream.close()


def drain(streams):
    selector = selectors.DefaultSelector()
    for stream in streams:
        selector.register(stream, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            key.fileobj.recv(1 << 20)


def follow(server, followers, seconds, connections, placing=None):
    """Who follows asks one server, who orders `placing` or the same."""
    newest = subprocess.run(
        ["curl", "-s", f"{server.url}/events?after=0&limit=1", "-H", "user_id: 100"], check=True, capture_output=True)
    assert newest.stdout
    after = server.newest
    streams = [connect(server, f"?after={after}", "text/event-stream") for _ in range(followers)]
    late, stop = [], threading.Event()

    def listen(stream):
        rest = b""
        while not stop.is_set():
            piece = stream.recv(1 << 16)
            now = time.time()
            rest += piece
            found = rest.rfind(b'"time":"')
            if found >= 0 and len(rest) > found + 32:
                moment = rest[found + 8:found + 32].decode()
                seconds_of = time.mktime(time.strptime(moment[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
                late.append((now - seconds_of - int(moment[20:23]) / 1000) * 1000)
                rest = b""

    # In a process of their own, so that the one whose clock counts does not wait for the others.
    draining = multiprocessing.Process(target=drain, args=(streams[1:],), daemon=True)
    draining.start()
    threading.Thread(target=listen, args=(streams[0],), daemon=True).start()
    cpu = server.cpu_seconds()
    result = bench.load(placing or server, "post", connections, seconds)
    cpu = server.cpu_seconds() - cpu
    stop.set()
    draining.kill()
    late.sort()
    print(f"{followers} followers, {result['rate']:.0f} orders/s: the newest event of each piece is "
          f"{statistics.median(late):.1f} ms old at the median, {late[int(len(late) * 0.99)]:.1f} ms at p99; "
          f"{cpu / seconds * 100:.0f} % of a core")


def follow_on_postgres(followers, seconds, connections):
    """Orders are placed on one server and followed on another."""
    import postgres
    database = postgres.Postgres()
    servers = []
    try:
        url = database.database("orders")
        servers = [postgres.start(url, 1) for _ in range(2)]
        bench.place(servers[0].url)
        servers[1].newest = 1
        follow(servers[1], followers, seconds, connections, servers[0])
    finally:
        for server in servers:
            server.process.kill()
        database.stop()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--orders", type=int, default=250_000)
    arguments.add_argument("--streams", type=int, default=1000)
    arguments.add_argument("--followers", type=int, default=10)
    arguments.add_argument("--connections", type=int, default=4)
    arguments.add_argument("--seconds", type=int, default=5)
    arguments.add_argument("--postgres", action="store_true", help="follow on PostgreSQL, and nothing else")
    options = arguments.parse_args()
    if options.postgres:
        follow_on_postgres(options.followers, options.seconds, options.connections)
        return
    folder = tempfile.mkdtemp(prefix="orders-events-")
    database = os.path.join(folder, "orders.sqlite")
    bench.seed(database, options.orders)
    server = bench.start_orders(database)
    try:
        conn = sqlite3.connect(database)
        server.newest = conn.execute("SELECT max(id) FROM events").fetchone()[0]
        conn.close()
        walk(server)
        idle(server, options.streams)
        follow(server, options.followers, options.seconds, options.connections)
        placed = bench.load(server, "post", 64, options.seconds)
        server.stop()
        conn = sqlite3.connect(database)
        rows = conn.execute("SELECT count(*) FROM events WHERE id > ?", (server.newest,)).fetchone()[0]
        size = conn.execute(
            "SELECT avg(length(kind) + length(type) + length(actor_kind) + length(request_id) + length(data)) "
            "FROM events WHERE id > ?", (server.newest,)).fetchone()[0]
        print(f"{rows} events of placed orders, {size:.0f} bytes of text each ({placed['rate']:.0f} orders/s)")
    finally:
        server.process.kill()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
