"""Fails if an operation never accepted a request, as any of the users, or if nobody was tried with the
objects of another; prints what each operation answered."""

import collections
import json
import sys
import urllib.request

#: Reads of what belongs to one customer.
OWN = ("GET /api/v1/orders/{id}",)
METHODS = ("get", "post", "put", "patch", "delete")


def main() -> int:
    url, *reports = sys.argv[1:]
    with urllib.request.urlopen(f"{url}/openapi.json") as response:
        paths = json.load(response)["paths"]
    operations = [
        f"{method.upper()} {path}" for path, item in paths.items() for method in METHODS if method in item
    ]
    answered = collections.defaultdict(collections.Counter)
    asked_as_others = collections.Counter()
    for report in reports:
        with open(f"{report}.json") as file:
            seen = json.load(file)
        for operation, statuses in seen["answered"].items():
            answered[operation].update(statuses)
        asked_as_others.update(seen["asked_as_others"])
    never = []
    for operation in sorted(operations):
        statuses = answered[operation]
        listed = "  ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
        print(f"{operation:55} {listed}")
        if not any(status.startswith("2") for status in statuses):
            never.append(operation)
    for operation in never:
        print(f"never accepted: {operation}", file=sys.stderr)
    print("\nasked for once more as somebody else, by kinds of objects:")
    for asked, count in sorted(asked_as_others.items()):
        print(f"{asked:55} {count}")
    unasked = [read for read in OWN if not any(asked.startswith(f"{read} as ") for asked in asked_as_others)]
    for operation in unasked:
        print(f"never asked for as somebody else: {operation}", file=sys.stderr)
    return 1 if never or unasked else 0


if __name__ == "__main__":
    sys.exit(main())
