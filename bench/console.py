"""Measures the pages of the console on a database with many orders: time on the server, and to the picture in Chromium.

    cargo build --profile dist --package orders-server --bins
    python3 bench/console.py [--orders 2000000] [--rounds 200] [--database-url URL] [--program FILE]

Without a URL a file in a temporary folder is seeded first. The time on the server is from the request to the last byte on a
connection that is open; the picture is the browser's first contentful paint, from the beginning of the navigation, with the
files of the page in its cache but for the first load. It needs chromedriver for the latter.
"""

import argparse
import http.client
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time

import bench

PAGES = [
    "/console/", "/console/?status=pending", "/console/?userId=2", "/console/?after=1000000", "/console/orders/1",
    "/console/products", "/console/health",
]


def ask(host, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection(host)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    return answer, answer.read()


def on_server(host, cookie, rounds):
    connection = http.client.HTTPConnection(host)
    for path in PAGES:
        times, size = [], 0
        for _ in range(rounds):
            began = time.perf_counter()
            connection.request("GET", path, headers={"Cookie": cookie})
            answer = connection.getresponse()
            size = len(answer.read())
            times.append((time.perf_counter() - began) * 1000)
            assert answer.status == 200, (path, answer.status)
        times.sort()
        print(f"{path:28} p50 {statistics.median(times):6.2f} ms   p99 {times[int(rounds * 0.99)]:6.2f} ms   {size / 1024:5.1f} KB")


def in_browser(host, rounds):
    driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
    try:
        line = next(line for line in driver.stdout if "started successfully on port" in line)
        port = line.rsplit(" ", 1)[1].strip().rstrip(".")
        here = f"127.0.0.1:{port}"
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu"]}
        wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
        _, body = ask(here, "POST", "/session", json.dumps(wanted))
        session = f"/session/{json.loads(body)['value']['sessionId']}"

        def tell(command, arguments):
            _, body = ask(here, "POST", session + command, json.dumps(arguments))
            return json.loads(body)["value"]

        def run(script):
            return tell("/execute/async", {"script": script, "args": []})

        tell("/url", {"url": f"http://{host}/console/sign-in"})
        tell("/execute/sync", {"script": "document.querySelector(\"button[value='100']\").click()", "args": []})
        seen = """const done = arguments[0]; new PerformanceObserver((list, it) => { for (const e of list.getEntries())
            if (e.name === 'first-contentful-paint') { it.disconnect(); done(e.startTime); } }).observe({type: 'paint', buffered: true})"""
        paints = []
        for _ in range(rounds):
            tell("/url", {"url": f"http://{host}/console/"})
            paints.append(run(seen))
        first, rest = paints[0], sorted(paints[1:])
        print(f"to the picture: first {first:.0f} ms, then p50 {statistics.median(rest):.0f} ms, p95 {rest[int(len(rest) * 0.95)]:.0f} ms")
        ask(here, "DELETE", session)
    finally:
        driver.terminate()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--database-url", help="a database that is seeded already")
    parser.add_argument("--program", default=os.path.join(bench.TARGET, "orders"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = arguments.database_url
        if url is None:
            url = f"sqlite://{folder}/orders.sqlite"
            seed = [arguments.program, "seed", "--orders", str(arguments.orders), "--database-url", url]
            subprocess.run(seed, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        environment = {"PORT": "0", "DATABASE_URL": url, "PATH": os.environ["PATH"]}
        server = subprocess.Popen([arguments.program, "serve"], env=environment, stdout=subprocess.PIPE, text=True)
        try:
            host = server.stdout.readline().split("http://")[1].strip()
            headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
            answer, _ = ask(host, "POST", "/console/sign-in", "user=100", headers)
            cookie = answer.getheader("Set-Cookie").split(";")[0]
            on_server(host, cookie, arguments.rounds)
            if shutil.which("chromedriver"):
                in_browser(host, min(arguments.rounds, 40))
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
