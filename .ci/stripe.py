"""Pays orders of a shop in memory at localstripe, a stand-in for Stripe that others publish, and
compares the books of both.

Between the two stands a bridge. It looks at each request as Stripe's reference describes it, and makes
up for what the stand-in lacks of that reference:

- It does not know `automatic_payment_methods` when an intent is created, nor `return_url` when one is
  confirmed, and refuses both. They are looked at and taken out.
- Its intents have no `amount_received`. It is added, out of the stand-in's own charge: what was charged,
  without what a partial capture let go of, which stands there as a refund that names no intent.

Nothing else is touched, and webhooks pass through it to the letter. What the stand-in does otherwise
than Stripe, or not at all, is listed in NOT_COVERED and printed.
"""

import atexit
import hashlib
import hmac
import http.client
import json
import re
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

LOG = "target/ci/stripe.log"
KEY = "sk_test_local"
SECRET = "whsec_local"
API_VERSION = "2024-06-20"
WEBHOOKS = "/api/v1/payment-webhooks/stripe"
SKU = "MUG-STONE-BLUE"

# Stripe's test payment methods and cards, as far as the stand-in knows them.
VISA = "pm_card_visa"
DECLINED = "pm_card_chargeCustomerFail"
THREE_D = "4000002500003155"
THREE_D_DECLINED = "4000008400001629"

NOT_COVERED = """
why a charge is declined: its declines are of type invalid_request_error, Stripe's of card_error
the page of 3-D Secure: it answers with use_stripe_sdk where Stripe redirects to the return_url
a report that 3-D Secure failed: it sends none, so the shop asks by itself
idempotency: it does not look at Idempotency-Key; that each key names one request is checked here
refusals by state (payment_intent_unexpected_state) and of refunds that are too high: it has neither
refunds that are pending, or fail, or are made in a dashboard: all succeed, and it reports none
disputes: it has none
the version of the API: it does not look at it; that it is sent is checked here
rate limits, silence and broken connections
""".strip()

# Listens where it likes, on this machine alone, and keeps its books in memory; by itself it keeps them
# in a file in /tmp that all who run it share.
STAND_IN = """
import socket
from aiohttp import web
from localstripe import resources, server
resources.Store.dump_to_disk = lambda self: None
listener = socket.create_server(("127.0.0.1", 0))
print("http://127.0.0.1:%d" % listener.getsockname()[1], flush=True)
web.run_app(server.app, sock=listener, access_log=None, print=None)
"""

shop = ""
stand_in = ""
faults = []
calls = {}
keys = {}
heard = []


def ask(base, method, path, body=None, headers=()):
    """One request; its status, its body as it came."""
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)
    try:
        connection.request(method, path, body, dict(headers))
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def as_documented(method, path, form, headers):
    """What is wrong with a request, by Stripe's reference."""
    if headers.get("Authorization") != f"Bearer {KEY}":
        yield "is not signed with the key"
    if headers.get("Stripe-Version") != API_VERSION:
        yield "does not say which version of the API it speaks"
    if method != "POST":
        return
    key = headers.get("Idempotency-Key")
    if not key or len(key) > 255:
        yield "has no idempotency key"
    elif keys.setdefault(key, (path, form)) != (path, form):
        yield "says something else under a key that was used before"
    if headers.get("Content-Type") != "application/x-www-form-urlencoded":
        yield "is no form"
    if path == "/v1/payment_intents" and form.get("automatic_payment_methods[enabled]") != "true":
        yield "does not let Stripe choose what it can charge"
    if path.endswith("/confirm") and not form.get("return_url", "").startswith(shop + "/"):
        yield "has nowhere to send the customer back to"


def received(intent):
    """What was taken for an intent, by its charge."""
    charge = intent.get("latest_charge")
    if not isinstance(charge, dict) or not charge["captured"] or charge["status"] != "succeeded":
        return 0
    let_go = [it["amount"] for it in charge["refunds"]["data"] if it["payment_intent"] is None]
    return charge["amount"] - sum(let_go)


class Bridge(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.pass_on("GET")

    def do_POST(self):
        self.pass_on("POST")

    def pass_on(self, method):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/heard":
            return self.pass_back(body)
        parts = urlsplit(self.path)
        form = dict(parse_qsl(body.decode() if method == "POST" else parts.query))
        name = f"{method} {re.sub('(pi|re|ch)_[^/]+', '{id}', parts.path)}"
        calls[name] = calls.get(name, 0) + 1
        faults.extend(f"{name}: {it}" for it in as_documented(method, parts.path, form, self.headers))
        kept = {
            key: value
            for key, value in form.items()
            if key not in ("automatic_payment_methods[enabled]", "return_url")
        }
        sent = urlencode(kept)
        headers = {"Authorization": self.headers["Authorization"]}
        if method == "POST":
            headers["Content-Type"] = self.headers["Content-Type"]
            status, reply = ask(stand_in, method, parts.path, sent, headers)
        else:
            status, reply = ask(stand_in, method, f"{parts.path}?{sent}", None, headers)
        told = json.loads(reply)
        if told.get("object") == "payment_intent":
            told["amount_received"] = received(told)
        self.answer(status, json.dumps(told).encode())

    def pass_back(self, body):
        """A webhook, passed on as it came."""
        headers = {name: self.headers[name] for name in ("Content-Type", "Stripe-Signature")}
        status, reply = ask(shop, "POST", WEBHOOKS, body, headers)
        heard.append((json.loads(body), body, headers, status, json.loads(reply)))
        self.answer(status, reply)

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Bridges(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        # The shop closes its connections when it stops.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Person:
    """Somebody who uses the shop."""

    asked = 0

    def __init__(self, token=None):
        self.token = token

    def ask(self, method, path, body=None):
        Person.asked += 1
        headers = {"Idempotency-Key": f"asked-{Person.asked}"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        sent = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            sent = json.dumps(body)
        status, reply = ask(shop, method, path, sent, headers)
        return status, json.loads(reply)

    def post(self, path, body=None, wanted=201):
        status, reply = self.ask("POST", path, body)
        assert status == wanted, f"{status} instead of {wanted}: POST {path}: {reply}"
        return reply["data"] if status < 300 else reply

    def get(self, path):
        status, reply = self.ask("GET", path)
        assert status == 200, f"{status}: GET {path}: {reply}"
        return reply["data"]

    def order(self, **more):
        address = {
            "name": "Ada",
            "line1": "1 High Street",
            "city": "Dublin",
            "postalCode": "D01 F5P2",
            "country": "IE",
        }
        body = {"items": [{"sku": SKU, "quantity": 2}], "shippingAddress": address}
        return self.post("/api/v1/orders", {**body, **more})

    def pay(self, order, method, wanted=201, **more):
        body = {"orderId": order["id"], "paymentMethod": method, **more}
        return self.post("/api/v1/payments", body, wanted)

    def payment(self, payment):
        return self.get(f"/api/v1/payments/{payment['id']}")


def signed_in(email, password):
    return Person(
        Person().post("/api/v1/sessions", {"email": email, "password": password})["accessToken"]
    )


def at_stand_in(method, path, **form):
    """What Stripe's own pages, or whoever looks into its books, ask."""
    body = urlencode(form)
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/x-www-form-urlencoded"}
    where = f"{path}?{body}" if method == "GET" else path
    status, reply = ask(stand_in, method, where, body if method == "POST" else None, headers)
    return status, json.loads(reply) if reply else None


def card(number):
    """A payment method, made as a front end makes one."""
    form = {
        "type": "card",
        "card[number]": number,
        "card[exp_month]": 12,
        "card[exp_year]": 2040,
        "card[cvc]": 123,
    }
    return at_stand_in("POST", "/v1/payment_methods", **form)[1]["id"]


def debit(iban):
    form = {"type": "sepa_debit", "sepa_debit[iban]": iban}
    return at_stand_in("POST", "/v1/payment_methods", **form)[1]["id"]


def intents():
    listed = at_stand_in("GET", "/v1/payment_intents", limit=1000)[1]["data"]
    return {it["metadata"]["paymentId"]: it for it in listed if "paymentId" in it["metadata"]}


def intent_of(order):
    """The intent of an order's latest payment."""
    of_it = [it for it in intents().values() if it["metadata"]["orderId"] == order["id"]]
    return of_it[-1]


def refunds_of(intent):
    listed = at_stand_in("GET", "/v1/refunds", payment_intent=intent["id"], limit=100)
    return listed[1]["data"]


def authenticate(order, success):
    intent = intent_of(order)
    path = f"/v1/payment_intents/{intent['id']}/_authenticate"
    form = {"client_secret": intent["client_secret"], "success": "true" if success else "false"}
    return at_stand_in("POST", path, **form)


def becomes(look, wanted, seconds=15):
    """Waits until something is as it should be."""
    end = time.monotonic() + seconds
    while (seen := look()) != wanted:
        assert time.monotonic() < end, f"{seen} instead of {wanted}"
        time.sleep(0.1)


def equal(seen, wanted):
    assert seen == wanted, f"{seen} instead of {wanted}"


def reported(intent, kind):
    """Waits for a report of an intent, which the shop must take as one of its own."""
    of_it = lambda: [it for it in heard if it[0]["data"]["object"]["id"] == intent["id"]]
    becomes(lambda: any(it[0]["type"] == kind for it in of_it()), True)
    for event, _, _, status, reply in of_it():
        assert status == 200 and reply["data"]["relevant"], f"{event['type']}: {status} {reply}"


def money(cents):
    return {"amount": cents, "currency": "EUR"}


# What is done, each with what it proves.


def a_card_is_charged(buyer, staff):
    order = buyer.order()
    paid = buyer.pay(order, VISA)
    equal((paid["status"], paid["captured"]), ("captured", order["totals"]["total"]))
    intent = intent_of(order)
    equal((intent["status"], intent["currency"]), ("succeeded", "eur"))
    equal((intent["amount"], received(intent)), (paid["amount"]["amount"],) * 2)
    equal(intent["metadata"], {"orderId": order["id"], "paymentId": paid["id"]})
    becomes(lambda: buyer.get(f"/api/v1/orders/{order['id']}")["status"], "confirmed")
    reported(intent, "payment_intent.succeeded")


def the_shop_charges_in_the_background(buyer, staff):
    for method, status in ((VISA, "confirmed"), (DECLINED, "cancelled")):
        order = buyer.order(paymentMethod=method)
        becomes(lambda: buyer.get(f"/api/v1/orders/{order['id']}")["status"], status)


def a_decline_leaves_the_order_payable(buyer, staff):
    order = buyer.order()
    for method in (DECLINED, "pm_nobody_has_this"):
        declined = buyer.pay(order, method, wanted=422)
        equal(declined["code"], "payment_declined")
    equal(intent_of(order)["status"], "requires_payment_method")
    reported(intent_of(order), "payment_intent.payment_failed")
    equal(buyer.pay(order, VISA)["status"], "captured")


def a_customer_authenticates_and_a_report_tells(buyer, staff):
    for number, payment_status, order_status in (
        (THREE_D, "captured", "confirmed"),
        (THREE_D_DECLINED, "failed", "pendingPayment"),
    ):
        order = buyer.order()
        waiting = buyer.pay(order, card(number))
        equal(waiting["status"], "processing")
        equal(intent_of(order)["status"], "requires_action")
        authenticate(order, success=True)
        becomes(lambda: buyer.payment(waiting)["status"], payment_status)
        becomes(lambda: buyer.get(f"/api/v1/orders/{order['id']}")["status"], order_status)


def a_debit_that_fails_later_is_reported(buyer, staff):
    order = buyer.order()
    waiting = buyer.pay(order, debit("DE62370400440532013001"))
    equal(waiting["status"], "processing")
    becomes(lambda: buyer.payment(waiting)["status"], "failed")


def money_is_set_aside_and_taken(buyer, staff):
    order = buyer.order()
    aside = staff.pay(order, VISA, captureMethod="manual")
    equal((aside["status"], aside["captured"]["amount"]), ("authorized", 0))
    equal(intent_of(order)["status"], "requires_capture")
    taken = staff.post(f"/api/v1/payments/{aside['id']}/captures", {})
    equal((taken["status"], taken["captured"]), ("captured", aside["amount"]))
    equal(received(intent_of(order)), aside["amount"]["amount"])


def what_a_partial_capture_lets_go_of_is_no_refund(buyer, staff):
    order = buyer.order()
    aside = staff.pay(order, VISA, captureMethod="manual")
    total = aside["amount"]["amount"]
    part = total * 3 // 4
    taken = staff.post(f"/api/v1/payments/{aside['id']}/captures", {"amount": money(part)})
    equal((taken["status"], taken["captured"]["amount"]), ("partiallyCaptured", part))
    equal(taken["capturable"]["amount"], 0)
    intent = intent_of(order)
    equal(received(intent), part)
    equal([it["amount"] for it in refunds_of(intent)], [total - part])
    # The report has the shop ask for all there is to know, that refund among it.
    reported(intent, "payment_intent.succeeded")
    time.sleep(1)
    equal(buyer.payment(aside)["refunded"]["amount"], 0)
    back = staff.post(f"/api/v1/payments/{aside['id']}/refunds", {"reason": "all of it"})
    equal((back["status"], back["amount"]["amount"]), ("succeeded", part))


def what_is_set_aside_is_let_go_of(buyer, staff):
    order = buyer.order()
    aside = staff.pay(order, VISA, captureMethod="manual")
    voided = staff.post(f"/api/v1/payments/{aside['id']}/voids")
    equal((voided["status"], intent_of(order)["status"]), ("voided", "canceled"))
    becomes(lambda: buyer.get(f"/api/v1/orders/{order['id']}")["status"], "cancelled")


def refunds_are_made_whole_and_in_parts(buyer, staff):
    order = buyer.order()
    paid = buyer.pay(order, VISA)
    path = f"/api/v1/payments/{paid['id']}/refunds"
    first = staff.post(path, {"amount": money(150), "reason": "a scratch"})
    equal((first["status"], first["amount"]), ("succeeded", money(150)))
    rest = paid["captured"]["amount"] - 150
    staff.post(path, {"amount": money(rest + 1), "reason": "too much"}, wanted=422)
    equal(buyer.payment(paid)["refunded"], money(150))
    second = staff.post(path, {"reason": "the rest"})
    equal(second["amount"], money(rest))
    made = {it["metadata"]["refundId"]: it["amount"] for it in refunds_of(intent_of(order))}
    equal(made, {first["id"]: 150, second["id"]: rest})
    becomes(lambda: buyer.get(f"/api/v1/orders/{order['id']}")["paymentStatus"], "refunded")


def a_cancelled_order_is_given_back(buyer, staff):
    order = buyer.order()
    paid = buyer.pay(order, VISA)
    becomes(lambda: buyer.get(f"/api/v1/orders/{order['id']}")["status"], "confirmed")
    buyer.post(f"/api/v1/orders/{order['id']}/cancellations", {})
    becomes(lambda: buyer.payment(paid)["refunded"], paid["captured"])
    equal([it["amount"] for it in refunds_of(intent_of(order))], [paid["captured"]["amount"]])


def reports_are_heard_if_they_are_genuine(buyer, staff):
    event, body, headers, _, _ = next(it for it in heard if it[3] == 200)
    again, reply = ask(shop, "POST", WEBHOOKS, body, headers)
    equal((again, json.loads(reply)["data"]["relevant"]), (200, True))
    changed = body.replace(b'"livemode": false', b'"livemode": true', 1)
    assert changed != body
    other = hmac.new(b"whsec_another", b"", hashlib.sha256).hexdigest()
    signature = re.sub("v1=.*", f"v1={other}", headers["Stripe-Signature"])
    forged = {**headers, "Stripe-Signature": signature}
    for sent, signed in ((changed, headers), (body, forged)):
        status, reply = ask(shop, "POST", WEBHOOKS, sent, signed)
        equal((status, json.loads(reply)["code"]), (400, "invalid_signature"))


def what_others_charge_at_the_same_stripe_is_left_alone(buyer, staff):
    before = len(heard)
    form = {"amount": 500, "currency": "eur", "payment_method": VISA, "confirm": "true"}
    foreign = at_stand_in("POST", "/v1/payment_intents", **form)[1]
    of_it = lambda: [it for it in heard[before:] if it[0]["data"]["object"]["id"] == foreign["id"]]
    becomes(lambda: len(of_it()), 1)
    _, _, _, status, reply = of_it()[0]
    equal((status, reply["data"]["relevant"]), (200, False))


def the_books_agree(buyer, staff):
    there = intents()
    here = {it: staff.get(f"/api/v1/payments/{it}") for it in there}
    for name, payment in here.items():
        intent = there[name]
        made = refunds_of(intent) if received(intent) else []
        given_back = sum(it["amount"] for it in made if "refundId" in it["metadata"])
        seen = [payment[what]["amount"] for what in ("amount", "captured", "refunded")]
        equal(seen, [intent["amount"], received(intent), given_back])
    queues = json.loads(ask(shop, "GET", "/_local/queues")[1])["data"]
    equal([it["name"] for it in queues if it["deadLetters"]], [])
    assert len(there) > 10, f"only {len(there)} intents"


def the_shop_asks_where_nothing_is_reported(buyer, staff):
    order = buyer.order()
    waiting = buyer.pay(order, card(THREE_D))
    authenticate(order, success=False)
    equal(intent_of(order)["status"], "requires_payment_method")
    # Time is moved, so that nobody has to wait for it; what was signed before is too old from now on.
    Person().post("/_local/clock", {"advanceSeconds": 360}, wanted=200)
    becomes(lambda: buyer.payment(waiting)["status"], "failed", seconds=90)
    _, body, headers, _, _ = heard[-1]
    status, reply = ask(shop, "POST", WEBHOOKS, body, headers)
    equal((status, json.loads(reply)["code"]), (400, "invalid_signature"))


SCENES = (
    a_card_is_charged,
    the_shop_charges_in_the_background,
    a_decline_leaves_the_order_payable,
    a_customer_authenticates_and_a_report_tells,
    a_debit_that_fails_later_is_reported,
    money_is_set_aside_and_taken,
    what_a_partial_capture_lets_go_of_is_no_refund,
    what_is_set_aside_is_let_go_of,
    refunds_are_made_whole_and_in_parts,
    a_cancelled_order_is_given_back,
    reports_are_heard_if_they_are_genuine,
    what_others_charge_at_the_same_stripe_is_left_alone,
    the_books_agree,
    the_shop_asks_where_nothing_is_reported,
)


def begin(*command):
    """Starts a program, which ends with this one, and finds the URL that it says it listens on."""
    log = open(LOG, "a")
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)

    def end():
        program.terminate()
        try:
            program.wait(10)
        except subprocess.TimeoutExpired:
            program.kill()

    atexit.register(end)
    for line in program.stdout:
        log.write(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            # Whatever else it says must not fill the pipe.
            threading.Thread(target=log.writelines, args=(program.stdout,), daemon=True).start()
            return found[0]
    sys.exit(f"{command[0]} does not start; see {LOG}")


def main():
    global shop, stand_in
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    open(LOG, "w").close()
    stand_in = begin(sys.executable, "-c", STAND_IN)
    bridge = Bridges(("127.0.0.1", 0), Bridge)
    threading.Thread(target=bridge.serve_forever, daemon=True).start()
    at = f"http://127.0.0.1:{bridge.server_port}"
    shop = begin("target/debug/souk", "--memory", "--port", "0", "--rate-limit", "off", "--stripe", at)
    hook = {"url": f"{at}/heard", "secret": SECRET}
    equal(at_stand_in("POST", "/_config/webhooks/shop", **hook)[0], 200)
    buyer = signed_in("customer@example.com", "Customer-demo-1")
    staff = signed_in("admin@example.com", "Admin-demo-1")
    for scene in SCENES:
        began = time.monotonic()
        scene(buyer, staff)
        print(f"{time.monotonic() - began:5.1f} s  {scene.__name__.replace('_', ' ')}", flush=True)
    equal(faults, [])
    print("\nAsked of the stand-in:")
    for name, times in sorted(calls.items()):
        print(f"{times:5}  {name}")
    print(f"{len(heard):5}  webhooks came from it")
    print("\nNot covered by it:")
    for what in NOT_COVERED.splitlines():
        print(f"  - {what}")


main()
