"""The bill of materials of the program, as CycloneDX 1.5, on stdout: python3 .ci/bom.py TARGET

It lists the crates that are compiled into the program with all its features, each with the checksum that Cargo.lock has of it. Which
these are says cargo tree: what is needed by tests, by macros and while building is none of it. The same sources make the same text.
"""

import json
import pathlib
import re
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent


def crates(target):
    """Name, version and licence of each crate."""
    tree = ["cargo", "tree", "--locked", "--package", "orders-server", "--features", "full", "--target", target]
    tree += ["--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}\t{l}"]
    lines = subprocess.run(tree, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    for line in sorted(set(line.removesuffix(" (*)") for line in lines)):
        package, licence = line.split("\t")
        name, version = re.match(r"(\S+) v(\S+)", package).groups()
        yield name, version, licence


def component(name, version, licence, checksum):
    purl = f"pkg:cargo/{name}@{version}"
    # Some still write it as they did before it was an SPDX expression.
    found = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    found["licenses"] = [{"expression": re.sub(r"\s*/\s*", " OR ", licence)}]
    if checksum:
        found["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return found


def main(target):
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    checksums = {(package["name"], package["version"]): package.get("checksum") for package in lock}
    components = [component(*crate, checksums[crate[:2]]) for crate in crates(target)]
    program = next(part for part in components if part["name"] == "orders-server")
    components.remove(program)
    program = program | {"type": "application", "name": "orders"}
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1}
    print(json.dumps(bom | {"metadata": {"component": program}, "components": components}, indent=2))


main(sys.argv[1])
