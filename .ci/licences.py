"""Checks that every dependency may be linked into an MIT-licensed product.

A dependency passes if one way of reading its licence expression needs only the licences below. What
is new has to be looked at by a person, and then goes onto the list.
"""

import json
import re
import subprocess
import sys

ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
}

TOKEN = re.compile(r"\(|\)|\bAND\b|\bOR\b|[^\s()]+(?: WITH [^\s()]+)?")


def allowed(expression: str) -> bool:
    """Whether an SPDX expression can be met with allowed licences; AND binds tighter than OR."""
    # Before SPDX, crates wrote "MIT/Apache-2.0" for a choice.
    tokens = TOKEN.findall(expression.replace("/", " OR "))

    def choice() -> bool:
        met = both()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            other = both()
            met = met or other
        return met

    def both() -> bool:
        met = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            other = one()
            met = met and other
        return met

    def one() -> bool:
        token = tokens.pop(0)
        if token != "(":
            return token in ALLOWED
        met = choice()
        if tokens.pop(0) != ")":
            raise ValueError(expression)
        return met

    met = choice()
    if tokens:
        raise ValueError(f"cannot read the licence {expression!r}")
    return met


def main() -> int:
    command = ["cargo", "metadata", "--locked", "--format-version", "1"]
    metadata = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    packages = metadata["packages"]
    refused = [
        f"{package['name']} {package['version']}: {package['license'] or 'no licence named'}"
        for package in packages
        if not (package["license"] and allowed(package["license"]))
    ]
    for line in refused:
        print(line, file=sys.stderr)
    print(f"{len(packages)} packages, {len(refused)} refused")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
