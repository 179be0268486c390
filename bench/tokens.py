"""Measures what tokens cost the server as shipped, against the bare header, on loopback, with wrk.

    cargo build --profile dist --package orders-server
    python3 bench/tokens.py [--seconds 1] [--rounds 21] [--minute 60]

First GET of one order: by the header, by a token that is remembered, by one that is verified each
time, with both algorithms, in turn in every round; medians of CPU µs a request. Then 1,000 tokens a
second, each different, against a server that remembers 10,000 and, for comparison, one that has
room for all; their memory over time.
"""

import argparse
import base64
import hashlib
import json
import os
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import bench
import scale

SCOPES = "orders:create orders:read orders:cancel orders:fulfil"
ISSUER, AUDIENCE = "orders-bench", "orders"
REMEMBERED, A_SECOND, AT_ONCE = 10_000, 1_000, 50

# P-256: its prime, its order and its base point.
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def add(one, other):
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, P) if one == other else (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def times(factor):
    total, doubled = None, G
    while factor:
        if factor & 1:
            total = add(total, doubled)
        doubled, factor = add(doubled, doubled), factor >> 1
    return total


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Es256:
    """A key that signs fast: all signatures have one nonce, which gives the key away. For trials only."""

    def __init__(self, folder):
        self.key, nonce = (secrets.randbelow(N - 1) + 1 for _ in range(2))
        self.r, self.nonce_inverse = times(nonce)[0] % N, pow(nonce, -1, N)
        self.file = os.path.join(folder, "es256.jwks.json")
        x, y = (encoded(number.to_bytes(32, "big")) for number in times(self.key))
        with open(self.file, "w") as file:
            json.dump({"keys": [{"kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "es", "x": x, "y": y}]}, file)

    def mint(self, name=""):
        """A token like those of `orders token`; another name makes it another one."""
        header = {"typ": "at+jwt", "alg": "ES256", "kid": "es"}
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "1", "scope": SCOPES,
                  "iat": now, "nbf": now, "exp": now + 3600, "jti": name}
        signed = ".".join(encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
        digest = int.from_bytes(hashlib.sha256(signed.encode()).digest(), "big")
        s = self.nonce_inverse * (digest + self.r * self.key) % N
        return f"{signed}.{encoded(self.r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def rs256(folder):
    """A token of the program's own key, which is RSA with 2048 bits, and the file of its public part."""
    key = os.path.join(folder, "rs256.pem")
    command = [os.path.join(bench.TARGET, "orders"), "token", "--user", "1", "--key", key, "--scope", SCOPES,
               "--issuer", ISSUER, "--audience", AUDIENCE]
    made = subprocess.run(command, env={}, capture_output=True, text=True, check=False)
    if made.returncode:
        sys.exit(f"{made.stderr}a program with tokens is needed: see --help")
    return made.stdout.strip(), os.path.join(folder, "rs256.jwks.json")


def seeded(folder):
    """A folder with a database with orders of user 1, and the numbers of the first and the last of them."""
    seeds = os.path.join(folder, "seeded")
    os.mkdir(seeds)
    database = os.path.join(seeds, "orders.sqlite")
    bench.seed(database, 1000)
    server = bench.start_orders(database, RUST_LOG="warn")
    mine = [bench.place(server.url) for _ in range(500)]
    server.stop()
    return seeds, mine[0], mine[-1]


class World:
    """Servers on copies of one database, all stopped in the end."""

    def __init__(self, folder, seeds):
        self.folder, self.seeds, self.servers = folder, seeds, []

    def start(self, algorithm=None, keys=None, seconds=60, size=REMEMBERED):
        place = os.path.join(self.folder, str(len(self.servers)))
        # With its write-ahead log.
        shutil.copytree(self.seeds, place)
        settings = {"RUST_LOG": "warn"}
        if algorithm:
            settings |= {"AUTH": "jwt", "JWT_ISSUER": ISSUER, "JWT_AUDIENCE": AUDIENCE, "JWT_ALGORITHMS": algorithm,
                        "JWT_JWKS_FILE": keys, "SESSION_CACHE_SECONDS": str(seconds), "SESSION_CACHE_SIZE": str(size)}
        self.servers.append(bench.start_orders(os.path.join(place, "orders.sqlite"), **settings))
        return self.servers[-1]

    def stop(self):
        for server in self.servers:
            server.stop()


def costs(world, options, es256, rsa, first, last):
    token, keys = rsa
    cases = {
        "header user_id": (world.start(), {}),
        "RS256, remembered": (world.start("RS256", keys), {"TOKEN": token}),
        "RS256, verified each time": (world.start("RS256", keys, seconds=0), {"TOKEN": token}),
        "ES256, remembered": (world.start("ES256", es256.file), {"TOKEN": es256.mint()}),
        "ES256, verified each time": (world.start("ES256", es256.file, seconds=0), {"TOKEN": es256.mint()}),
    }
    results = {name: [] for name in cases}
    for _ in range(options.rounds):
        for name, (server, more) in cases.items():
            results[name].append(bench.load(server, "get", 64, options.seconds, first, last, **more))
    print(f"{'GET one, 64 connections':<26} {'req/s':>8} {'CPU µs':>7} {'ratio':>6} {'rounds':>13} {'p99 ms':>7} {'refused':>7}")
    for name, runs in results.items():
        median = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        # Of each round by itself, since a machine's speed may drift from one to the next.
        ratios = sorted(run["cpu"] / base["cpu"] for run, base in zip(runs, results["header user_id"]))
        print(f"{name:<26} {median['rate']:>8.0f} {median['cpu']:>7.1f} {statistics.median(ratios):>6.2f} "
              f"{f'{ratios[0]:.2f} to {ratios[-1]:.2f}':>13} {median['p99']:>7.2f} {median['refused']:>7.0f}", flush=True)


class Client:
    """A connection that sends several requests at once."""

    def __init__(self, server):
        host, port = server.url.removeprefix("http://").split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=10)

    def ask(self, order, tokens):
        """GET of one order with each token; all must be taken."""
        self.socket.sendall("".join(
            f"GET /orders/{order} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n" for token in tokens
        ).encode())
        answers = b""
        # An order's JSON ends like this, and no error does.
        while answers.count(b"\r\n\r\n") < len(tokens) or not answers.endswith(b"]}"):
            answers += self.socket.recv(1 << 16)
        assert answers.count(b"HTTP/1.1 200 OK") == len(tokens), answers


def memory(world, options, es256, first):
    kept, roomy = (world.start("ES256", es256.file, seconds=600, size=size) for size in (REMEMBERED, 10**7))
    for server in (kept, roomy):
        # What serving takes by itself.
        bench.load(server, "get", 64, 2, first, first, TOKEN=es256.mint())
    clients = [Client(server) for server in (kept, roomy)]
    print(f"{'second':>6} {'tokens':>7} {'room for ' + str(REMEMBERED):>15} {'room for all':>13}   memory in MB")
    began, sent, second = time.monotonic(), 0, 0
    while True:
        if second % (options.minute // 6 or 1) == 0:
            print(f"{second:>6} {sent:>7} {scale.rss_mb(kept):>15.1f} {scale.rss_mb(roomy):>13.1f}", flush=True)
        if second == options.minute:
            break
        for _ in range(0, A_SECOND, AT_ONCE):
            tokens = [es256.mint(str(sent + number)) for number in range(AT_ONCE)]
            for client in clients:
                client.ask(first, tokens)
            sent += AT_ONCE
        second += 1
        time.sleep(max(0, began + second - time.monotonic()))
    print(f"{sent / (time.monotonic() - began):.0f} different tokens a second")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=int, default=1)
    arguments.add_argument("--rounds", type=int, default=21)
    arguments.add_argument("--minute", type=int, default=60, help="for how many seconds different tokens come")
    options = arguments.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is needed (apt-get install wrk)")

    folder = tempfile.mkdtemp(prefix="orders-tokens-")
    world = None
    try:
        es256, rsa = Es256(folder), rs256(folder)
        seeds, first, last = seeded(folder)
        world = World(folder, seeds)
        costs(world, options, es256, rsa, first, last)
        memory(world, options, es256, first)
    finally:
        if world:
            world.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
