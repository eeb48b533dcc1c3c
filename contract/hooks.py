"""What Schemathesis has to be told about the shop, and what it is held to.

- A cursor is sealed by the shop: one that somebody makes up is a 400, as described. Instead of made-up
  ones, those that lists have given are sent.
- An order can be paid once, and what was taken of it given back once: what chance seldom makes is made
  for the case (objects.py).
- What a payment provider posts is signed, with the secret that every local store has.
- 422 says that a request of the right form breaks a rule. Where the rule could stand in the schema, it
  has to: only the rules in RULES, which no schema can say, may be named to a request that fits.
- Which statuses each operation has answered with is put down for the runner, so that an operation that
  never accepted anything is a failure; and which objects were asked for once more as somebody whose they
  are not, so that a run in which nobody tried that is one too.
"""

import ast
import atexit
import collections
import hashlib
import hmac
import json
import os
import re
import threading

import objects
import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis.core.failures import Failure
from schemathesis.wfc.escalation import escalating_provider

# Hypothesis parses the source of what it describes, in every worker. CPython before 3.12 counts how deep it is
# in a tree for all threads together, and fails if two of them are in one (python/cpython#106905).
PARSING = threading.RLock()
PARSE = ast.parse


def parse_alone(*arguments, **options):
    with PARSING:
        return PARSE(*arguments, **options)


ast.parse = parse_alone

# Left to itself, Schemathesis makes header values of letters and digits; none of those is a tag.
TAG = st.from_regex(r'\A(W/)?"[!#-+.-~-]{0,20}"\Z')
schemathesis.openapi.format(
    "entity-tags",
    st.sampled_from(["*", '"1"', '"2"', '"1", W/"2"']) | st.lists(TAG, min_size=1, max_size=5).map(", ".join),
)

#: Rules about what there is in the shop, or about two fields at once.
RULES = (
    "Idempotency-Key: was used for another request",
    "currentPassword: is wrong",
    "expiresAt: must be in the future",
    "category: must be the slug of an existing category",
    "delta: must not be 0",
    " units free and cannot be adjusted by ",
    " would have more units than can be counted",
    "shards: must be 0 with backorder",
    "items: must have at most",  # units of one SKU over all lines
    "items: the amount is too large",
    "password: must not be",  # a common password, or the address
    "paymentMethod: is not known",
    "paymentMethod: was declined",
    ".sku: is not sold",
    ".sku: must be unique within the product",
    ".options: must have the same names",
    ".currency: must occur only once per variant",
    ".options: must differ from those of the other variants",
    "parentId: must be the id of an existing category",
    "parentId: must be neither the category itself nor one below it",
    "cartId: must be another cart",
    "cartId: must be a cart of yours that is not ordered yet",
    "cartId: is empty",
    "sku: is not sold here in ",
    "ode: is not known",
    "code: must stay as it was given",
    "ethod: must be one of ",  # the ways of sending to that address
    "ountry: the shop does not deliver there",
    ".lineId: is no line of this order",
    "amount: nothing is left",
    "amount: must be 1 to ",  # what is left
    "delta: must be less than 0 for a writeOff",
    "delta: must be more than 0 for a delivery",
    "lines: are named only as they are received",
    "email.account: must be true",
    "endsAt: must be after startsAt",
    ": needs a code",
    " given with ",  # what each kind of a promotion's effect takes
    ": must have either price or weightTiers",
    ": must occur only once",
    ": must be unique within the zone",
    ": must be above that of the tier before",
    ": must be unique within its category",
    ": must be above 0",  # amounts that Money's own schema lets be anything
    ": must not be negative",
    "must be in the rate's currency and not negative",
    "must be in the currency of the first tier and not negative",
    ": is required",  # of an object that a patch is the first to give
    "parentId: must leave the tree with at most",
    "parentId: must leave every category with at most",
    "ountry: these goods cannot be sent there",
    "amount: cannot be named together with lines",
    "lines: come to ",  # more than is left
    " are asked for",  # of a line that has fewer
    "items: a cart may have ",
    "cartId: a cart in ",  # another currency
    "currency: must be that of the cart",
    "ode: is no longer valid",
    "ode: is not valid yet",
    "ode: is not for ",
    "ode: is for goods of ",
    "the total is ",  # what the payment provider charges
    "the order would be too large",
)

#: How many wrong passwords the account that is signed in may be tried with: more would keep its owner out,
#: as they should. And a new password would not be known to whoever signs in again.
GUESSES = 2

SIGN_IN = "POST /api/v1/sessions"
ORDER = "POST /api/v1/orders"
HEAR = "POST /api/v1/payment-webhooks/{provider}"
#: What every local store shares with its payment provider.
PROVIDER_SECRET = b"whsec_local"

seen = collections.defaultdict(collections.Counter)
schemas = []
guesses = 0
cursors = collections.defaultdict(list)


def is_positive(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


def of_list(case):
    """What a cursor is bound to: the list and its filters."""
    query = {k: v for k, v in (case.query or {}).items() if k not in ("cursor", "limit")}
    return case.operation.label, case.formatted_path, json.dumps(query, sort_keys=True, default=str)


def agree(query):
    """Parameters that contradict each other are a 400, as described; no schema can say which do."""
    if "page" in query or "pageSize" in query:
        query.pop("cursor", None)
        query.pop("limit", None)
    if int(query.get("page", 1)) * int(query.get("pageSize", 20)) > 1000:
        query.pop("page", None)
    if "minPrice" in query or "maxPrice" in query:
        query.pop("sort", None)
    for earliest, latest in (("from", "to"), ("createdFrom", "createdTo")):
        if earliest in query:
            query.pop(latest, None)
    if "q" in query:
        for other in ("minPrice", "maxPrice", "sort"):
            query.pop(other, None)
    if int(query.get("minPrice", 0)) > int(query.get("maxPrice", 2**53)):
        query.pop("minPrice")


def agree_on_order(body):
    """An order is of items, which go to an address, or of a cart."""
    if body.get("items") is None and body.get("cartId") is None:
        body["items"] = [objects.ITEM]
    if body.get("items") is not None:
        body.pop("cartId", None)
    if body.get("shippingAddress") is None:
        body["shippingAddress"] = objects.ADDRESS


def sign(case):
    """As the provider signs: the body, to the letter."""
    body = b"" if not isinstance(case.body, dict) else requests.compat.json.dumps(case.body).encode()
    signature = hmac.new(PROVIDER_SECRET, body, hashlib.sha256).hexdigest()
    case.headers = {**(case.headers or {}), "souk-test-signature": signature}


def spare_the_account(label, body):
    """Leaves the account that is signed in its password, and few wrong ones."""
    global guesses
    own = objects.own_login()
    field = "currentPassword" if "currentPassword" in body else "password"
    if field == "password" and (label != SIGN_IN or body.get("email") != own["email"]):
        return
    if body.get(field) != own["password"]:
        if guesses < GUESSES:
            guesses += 1
            return
        body[field] = own["password"]
    if "newPassword" in body:
        body["newPassword"] = own["password"]


@schemathesis.hook
def before_call(context, case, kwargs):
    if not is_positive(case):
        return
    if case.operation.label == ORDER:
        if not isinstance(case.body, dict):
            case.body, case.media_type = {}, "application/json"
        agree_on_order(case.body)
    if isinstance(case.body, dict):
        spare_the_account(case.operation.label, case.body)
    if case.operation.label == HEAR:
        sign(case)
    objects.make(case)
    if case.query:
        agree(case.query)
    if not case.query or "cursor" not in case.query:
        return
    given = cursors[of_list(case)]
    if case.query["cursor"] in given:
        return
    if given:
        case.query["cursor"] = given[-1]
    else:
        del case.query["cursor"]


@schemathesis.hook
def after_call(context, case, response):
    if not schemas:
        schemas.append(case.operation.schema)
    # Some cases try other methods on the same path: what those are answered says nothing of this one.
    if response.request.method.upper() == case.operation.method.upper():
        seen[case.operation.label][response.status_code] += 1
    if response.status_code == 200 and case.operation.label.startswith("GET /api/"):
        cursor = response.json().get("meta", {}).get("nextCursor")
        if cursor:
            cursors[of_list(case)].append(cursor)


@schemathesis.check
def what_fits_the_schema_breaks_no_other_rule(context, response, case):
    if response.status_code != 422 or not is_positive(case):
        return
    # What the steps of a JSON Patch lead to is no longer what the patch's own schema describes.
    if "json-patch" in (response.request.headers.get("Content-Type") or ""):
        return
    body = response.json()
    # Of very many, the last line says how many more there are.
    lines = [line for line in body["errors"] if not re.fullmatch(r"and \d+ more", line)]
    unsaid = [line for line in lines if not any(rule in line for rule in RULES)]
    if unsaid:
        raise Failure(
            operation=case.operation.label,
            title="A rule that the schema does not say",
            message="\n".join(unsaid),
        )


def asked_as_others():
    """How many kinds of objects each operation was asked for as whom, to whom they do not belong.

    Schemathesis sends these requests past the hooks. What it keeps of them is one claim for each operation,
    kind of object and user; the version that `.ci/contract` names has no other trace of them.
    """
    asked = collections.Counter()
    for schema in schemas:
        probed = escalating_provider(schema)._probed
        for _, operation, _, user in (claim for claim in probed if claim[0] == "read"):
            asked[f"{operation} as {user}"] += 1
    return asked


@atexit.register
def put_down():
    path = os.environ.get("SOUK_SEEN")
    if path:
        with open(path, "w") as file:
            json.dump({"answered": seen, "asked_as_others": asked_as_others()}, file, indent=1)
