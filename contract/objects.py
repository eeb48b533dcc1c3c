"""Objects that an operation needs and chance seldom makes: an order to pay, money to take or to give back,
a session to end. Each is made for the case that is about to be sent."""

import collections
import json
import os
import uuid

import requests

#: How many cases of each operation get an object of their own. The others take their chance.
MADE = 10

ADDRESS = {
    "name": "Carl Customer",
    "line1": "Torstrasse 1",
    "city": "Berlin",
    "postalCode": "10119",
    "country": "DE",
}
ITEM = {"sku": "NOTE-A5-BLACK", "quantity": 1}

made = collections.Counter()


def own_login():
    """Whom the run is signed in as."""
    with open("accounts.json") as file:
        accounts = json.load(file)["auth"]
    account = next(one for one in accounts if one["name"] == os.environ["SOUK_USER"])
    return json.loads(account["loginEndpointAuth"]["payloadRaw"])


def ask(method, path, body, token=None):
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    url = f"{os.environ['SOUK_URL']}/api/v1/{path}"
    answer = requests.request(method, url, json=body, headers=headers, timeout=20)
    # What a run has done to its own account may be in the way: then the case takes its chance.
    return answer.json()["data"] if answer.ok else None


def session():
    signed_in = ask("POST", "sessions", own_login())
    return signed_in and signed_in["accessToken"]


def order():
    token = session()
    placed = token and ask("POST", "orders", {"items": [ITEM], "shippingAddress": ADDRESS}, token)
    return placed and placed["id"]


def payment(capture_method):
    placed = order()
    body = {"orderId": placed, "paymentMethod": "pm_test_ok", "captureMethod": capture_method}
    paid = placed and ask("POST", "payments", body, session())
    return paid and paid["id"]


def cart():
    token = session()
    begun = token and ask("POST", "carts", {}, token)
    if not begun:
        return None
    ask("PUT", f"carts/{begun['id']}/items/{ITEM['sku']}", {"quantity": 1}, token)
    return begun["id"]


def another_session():
    session()
    token = session()
    listed = token and ask("GET", "sessions", None, token)
    others = [one["id"] for one in listed or [] if not one["current"]]
    return others[0] if others else None


def to_pay(case):
    placed = order()
    if placed and isinstance(case.body, dict):
        case.body.update(orderId=placed, paymentMethod="pm_test_ok")
        case.body.pop("captureMethod", None)


def at(make):
    """Puts what was made into the path; of its money, all that there is is meant."""

    def put(case):
        found = make()
        if found:
            case.path_parameters["id"] = found
            if isinstance(case.body, dict):
                case.body.pop("amount", None)

    return put


def to_empty(case):
    begun = cart()
    if begun:
        case.path_parameters.update(id=begun, sku=ITEM["sku"])


FOR_ALL = {
    "POST /api/v1/payments": to_pay,
    "DELETE /api/v1/sessions/{id}": at(another_session),
    "DELETE /api/v1/carts/{id}/items/{sku}": to_empty,
}
FOR_STAFF = {
    "POST /api/v1/payments/{id}/captures": at(lambda: payment("manual")),
    "POST /api/v1/payments/{id}/voids": at(lambda: payment("manual")),
    "POST /api/v1/payments/{id}/refunds": at(lambda: payment("automatic")),
}


def make(case):
    """Makes what the case needs."""
    label = case.operation.label
    maker = FOR_ALL.get(label)
    if os.environ["SOUK_USER"] == "admin":
        maker = maker or FOR_STAFF.get(label)
    if maker and made[label] < MADE:
        made[label] += 1
        maker(case)
