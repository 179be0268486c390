"""How soon after its commit an event is at a receiver, on loopback, with receiver and load on the same machine.

    python3 bench/deliveries.py [--server target/dist/orders] [--rate 2000] [--seconds 10] [--endpoints 3] [--dead 1]

Orders are placed at a fixed rate, whatever the answers; each endpoint is an address of one receiver. The time is taken
from the event's own `time`, so it counts whole milliseconds. With `--dead N` so many webhooks more lead to a port where
nobody listens, and afterwards somebody does: then it is said how fast what waited comes.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import shutil
import statistics
import sys
import tempfile
import time
import urllib.request
from datetime import datetime

from bench import Server, TARGET, orders_ready

OPERATOR = {"user_id": "100", "Content-Type": "application/json"}
ORDER = json.dumps({"products": [{"id": 9, "quantity": 7}, {"id": 1, "quantity": 1}]}).encode()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Receiving(asyncio.Protocol):
    """Answers each request with 200 and notes how old its event is."""

    def __init__(self, ages):
        self.ages, self.rest = ages, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        data = self.rest + data
        while True:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                break
            head = data[:end].lower()
            at = head.find(b"content-length: ") + 16
            length = int(head[at:].split(b"\r\n", 1)[0])
            if len(data) < end + 4 + length:
                break
            body = data[end + 4:end + 4 + length]
            data = data[end + 4 + length:]
            self.transport.write(ANSWER)
            at = body.find(b'"time":"') + 8
            happened = datetime.fromisoformat(body[at:at + 23].decode() + "+00:00").timestamp()
            self.ages.append((data_path(head), (time.time() - happened) * 1000))
        self.rest = data


def data_path(head):
    return head.split(b" ", 2)[1]


def receive(ports, pipe, seconds):
    """Runs receivers on these ports until told to say what came."""

    async def serve():
        ages = []
        loop = asyncio.get_running_loop()
        servers = [await loop.create_server(lambda: Receiving(ages), "127.0.0.1", port) for port in ports]
        pipe.send([server.sockets[0].getsockname()[1] for server in servers])
        while True:
            asked = await loop.run_in_executor(None, pipe.recv)
            pipe.send(len(ages) if asked == "count" else ages)
            if asked == "end":
                return

    asyncio.run(serve())


def start_receiver(ports):
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=receive, args=(ports, theirs, 0), daemon=True)
    process.start()
    return ours, ours.recv()


async def place(address, rate, seconds, connections=16):
    """Places orders at a rate over some connections; how many were placed."""
    host, port = address.split(":")
    request = (f"POST /orders HTTP/1.1\r\nHost: {address}\r\nuser_id: 1\r\nContent-Type: application/json\r\n"
               f"Content-Length: {len(ORDER)}\r\n\r\n").encode() + ORDER
    begun = time.perf_counter()
    placed = 0

    async def client(number):
        nonlocal placed
        reader, writer = await asyncio.open_connection(host, int(port))
        nth = number
        while nth < rate * seconds:
            wait = begun + nth / rate - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            if time.perf_counter() > begun + seconds + 5:
                break
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 201"), head
            at = head.lower().find(b"content-length: ") + 16
            await reader.readexactly(int(head[at:].split(b"\r\n", 1)[0]))
            placed += 1
            nth += connections
        writer.close()

    await asyncio.gather(*(client(number) for number in range(connections)))
    return placed / (time.perf_counter() - begun)


def call(url, method, path, body=None):
    data = json.dumps(body).encode() if body is not None else None
    return json.loads(urllib.request.urlopen(urllib.request.Request(url + path, data, OPERATOR, method=method)).read())


def rss(server):
    with open(f"/proc/{server.process.pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def run(options, endpoints, dead, folder):
    pipe, ports = start_receiver([0])
    closed = 0
    if dead:
        probe, closed_ports = start_receiver([0])
        closed = closed_ports[0]
        probe.send("end")
        probe.recv()
    allowed = ",".join(map(str, ports + ([closed] if closed else [])))
    env = {"PORT": "0", "DATABASE_URL": f"sqlite://{folder}/{time.time_ns()}.sqlite", "WEBHOOKS_ALLOW_HTTP": "true",
           "WEBHOOKS_PORTS": allowed, "WEBHOOKS_ALLOW_NETS": "127.0.0.0/8"}
    server = Server([options.server, "serve"], env, orders_ready)
    try:
        for number in range(endpoints):
            call(server.url, "POST", "/webhooks",
                 {"url": f"http://127.0.0.1:{ports[0]}/{number}", "types": ["order.*"]})
        for number in range(dead):
            call(server.url, "POST", "/webhooks",
                 {"url": f"http://127.0.0.1:{closed}/dead{number}", "types": ["order.*"]})
        address = server.url.removeprefix("http://")
        asyncio.run(place(address, 200, 1))
        before, cpu = rss(server), server.cpu_seconds()
        rate = asyncio.run(place(address, options.rate, options.seconds))
        cpu = (server.cpu_seconds() - cpu) / (options.rate * options.seconds) * 1e6
        grown = rss(server) - before
        expected = endpoints * (200 + options.rate * options.seconds)
        deadline = time.time() + 30
        while True:
            pipe.send("count")
            if pipe.recv() >= expected or time.time() > deadline:
                break
            time.sleep(0.05)
        pipe.send("end")
        ages = [age for _, age in pipe.recv()][endpoints * 200:]
        result = {"rate": rate, "cpu": cpu, "came": len(ages), "grown": grown}
        if ages:
            result |= {"p50": percentile(ages, 0.5), "p99": percentile(ages, 0.99)}
        if dead:
            back, _ = start_receiver([closed])
            waiting = dead * (200 + options.rate * options.seconds)
            began, count, first = time.time(), 0, None
            while count < waiting * 0.95 and time.time() < began + 120:
                time.sleep(0.02)
                back.send("count")
                count = back.recv()
                if count > 100 and first is None:
                    first = (time.time(), count)
            if first and count > first[1]:
                result["caught_up"] = (count - first[1]) / (time.time() - first[0])
            back.send("end")
            back.recv()
        return result
    finally:
        server.stop()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--server", default=os.path.join(TARGET, "orders"))
    arguments.add_argument("--rate", type=int, default=2000)
    arguments.add_argument("--seconds", type=int, default=10)
    arguments.add_argument("--endpoints", type=int, default=3)
    arguments.add_argument("--dead", type=int, default=0)
    arguments.add_argument("--rounds", type=int, default=3)
    options = arguments.parse_args()
    folder = tempfile.mkdtemp(prefix="orders-deliveries-")
    cases = [("without", 0, 0), (f"{options.endpoints} endpoints", options.endpoints, 0)]
    if options.dead:
        cases.append((f"and {options.dead} dead", options.endpoints, options.dead))
    results = {name: [] for name, _, _ in cases}
    try:
        for _ in range(options.rounds):
            for name, endpoints, dead in cases:
                results[name].append(run(options, endpoints, dead, folder))
    finally:
        shutil.rmtree(folder)
    names = ["rate", "cpu", "came", "p50", "p99", "grown", "caught_up"]
    print(f"{'case':<16}" + "".join(f"{name:>11}" for name in names))
    for name, runs in results.items():
        middle = {key: statistics.median(run[key] for run in runs if key in run)
                  for key in names if any(key in run for run in runs)}
        print(f"{name:<16}" + "".join(f"{middle[key]:>11.1f}" if key in middle else f"{'':>11}" for key in names))


if __name__ == "__main__":
    sys.exit(main())
