"""Fails if an operation never accepted a request, as any of the users; prints what each answered."""

import collections
import json
import sys
import urllib.request

METHODS = ("get", "post", "put", "patch", "delete")


def main() -> int:
    url, *reports = sys.argv[1:]
    with urllib.request.urlopen(f"{url}/openapi.json") as response:
        paths = json.load(response)["paths"]
    operations = [
        f"{method.upper()} {path}" for path, item in paths.items() for method in METHODS if method in item
    ]
    answered = collections.defaultdict(collections.Counter)
    for report in reports:
        with open(f"{report}.json") as file:
            for operation, statuses in json.load(file).items():
                answered[operation].update(statuses)
    never = []
    for operation in sorted(operations):
        statuses = answered[operation]
        listed = "  ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
        print(f"{operation:55} {listed}")
        if not any(status.startswith("2") for status in statuses):
            never.append(operation)
    for operation in never:
        print(f"never accepted: {operation}", file=sys.stderr)
    return 1 if never else 0


if __name__ == "__main__":
    sys.exit(main())
