"""Measures one and two connections that write on PostgreSQL, with the disk as it is and with flushes that take 2 ms more.

    cargo build --profile dist --package orders-server --bins
    python3 bench/writers.py [--seconds 2] [--rounds 5] [--connections 16 64 256] [--flush-ms 2]

The same private PostgreSQL as in bench/postgres.py, twice; the second one flushes through a library that rests first.
Two servers, with DATABASE_WRITERS=1 and =2, take turns. Needs wrk, a C compiler, and root or a user who may run PostgreSQL.
"""

import argparse
import os
import statistics
import subprocess
import tempfile

from bench import TARGET, Server, load, orders_ready
from postgres import Postgres

REST = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
static int after(const char *name, int fd) {
    struct timespec rest = {0, NANOSECONDS};
    nanosleep(&rest, 0);
    return ((int (*)(int))dlsym(RTLD_NEXT, name))(fd);
}
int fdatasync(int fd) { return after("fdatasync", fd); }
int fsync(int fd) { return after("fsync", fd); }
"""


def library(folder, milliseconds):
    path = os.path.join(folder, "rest.so")
    source = REST.replace("NANOSECONDS", str(int(milliseconds * 1e6)))
    command = ["cc", "-shared", "-fPIC", "-O2", "-o", path, "-x", "c", "-", "-ldl"]
    subprocess.run(command, input=source, text=True, check=True)
    os.chmod(folder, 0o755)
    return path


def measure(name, options):
    postgres, servers = Postgres(), {}
    try:
        database = postgres.database("orders")
        for writers in (1, 2):
            env = {"PORT": "0", "DATABASE_URL": database, "RUST_LOG": "warn", "DATABASE_WRITERS": str(writers)}
            servers[writers] = Server([os.path.join(TARGET, "orders"), "serve"], env, orders_ready)
        for connections in options.connections:
            rates = {1: [], 2: []}
            for _ in range(options.rounds):
                for writers, server in servers.items():
                    rates[writers].append(load(server, "post", connections, options.seconds)["rate"])
            one, two = (statistics.median(rates[writers]) for writers in (1, 2))
            print(f"{name}, {connections} connections: {one:.0f} POST/s with one, {two:.0f} with two, ratio {two / one:.2f}")
    finally:
        for server in servers.values():
            server.process.kill()
        postgres.stop()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=int, default=2)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--connections", type=int, nargs="+", default=[16, 64, 256])
    arguments.add_argument("--flush-ms", type=float, default=2)
    options = arguments.parse_args()
    measure("the disk as it is", options)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LD_PRELOAD"] = library(folder, options.flush_ms)
        try:
            measure(f"flushes {options.flush_ms:g} ms longer", options)
        finally:
            del os.environ["LD_PRELOAD"]


if __name__ == "__main__":
    main()
