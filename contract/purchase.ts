// A purchase with the client that openapi-typescript makes of openapi.json: if this compiles in strict
// mode and runs, so does a stranger's. Usage: node purchase.js URL
import createClient from "openapi-fetch";

import type { components, paths } from "./souk.js";

declare const process: { argv: string[] };

type Product = components["schemas"]["Product"];
type Problem = components["schemas"]["Error"] | components["schemas"]["Problem"];

/** What an operation answered, or the reason why it did not. */
function answered<T>(what: string, answer: { data?: T; error?: Problem | undefined }): T {
  if (answer.data === undefined) {
    throw new Error(`${what}: ${JSON.stringify(answer.error)}`);
  }
  return answer.data;
}

const baseUrl = process.argv[2];
if (baseUrl === undefined) {
  throw new Error("usage: node purchase.js URL");
}
const shop = createClient<paths>({ baseUrl });

const email = `ada.${crypto.randomUUID()}@example.com`;
const password = "Engine-of-1843";
const registered = answered(
  "register",
  await shop.POST("/api/v1/users", { body: { email, password, name: "Ada Lovelace", country: "GB" } }),
);

const session = answered("log in", await shop.POST("/api/v1/sessions", { body: { email, password } }));
shop.use({
  onRequest({ request }) {
    request.headers.set("Authorization", `Bearer ${session.data.accessToken}`);
    return request;
  },
});

/** The first product that can be bought, on whatever page it stands. */
async function buyable(): Promise<{ product: Product; sku: string }> {
  let cursor: string | undefined;
  do {
    const query = cursor === undefined ? { limit: 5 } : { limit: 5, cursor };
    const page = answered("list products", await shop.GET("/api/v1/products", { params: { query } }));
    for (const product of page.data) {
      for (const { sku } of product.variants) {
        const level = answered(
          "look at the shelf",
          await shop.GET("/api/v1/inventory/{sku}", { params: { path: { sku } } }),
        );
        if (level.data.available >= 2) {
          return { product, sku };
        }
      }
    }
    // A page that was asked for by number would have no cursor.
    cursor = "nextCursor" in page.meta ? (page.meta.nextCursor ?? undefined) : undefined;
  } while (cursor !== undefined);
  throw new Error("nothing can be bought");
}

const { product, sku } = await buyable();
const order = answered(
  "order",
  await shop.POST("/api/v1/orders", {
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
    body: {
      items: [{ sku, quantity: 2 }],
      shippingAddress: {
        name: "Ada Lovelace",
        line1: "12 St James's Square",
        city: "London",
        postalCode: "SW1Y 4JH",
        country: "GB",
      },
    },
  }),
);
if (order.data.status !== "pendingPayment") {
  throw new Error(`the order is ${order.data.status}`);
}

const payment = answered(
  "pay",
  await shop.POST("/api/v1/payments", {
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { orderId: order.data.id, paymentMethod: "pm_test_ok" },
  }),
);
if (payment.data.status !== "captured") {
  throw new Error(`the payment is ${payment.data.status}`);
}

/** The news of the payment travels by queue. */
async function confirmed(id: string): Promise<components["schemas"]["Order"]> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { data } = answered("read the order", await shop.GET("/api/v1/orders/{id}", { params: { path: { id } } }));
    if (data.status === "confirmed") {
      return data;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the order was not confirmed within 10 seconds");
}

const done = await confirmed(order.data.id);
console.log(
  `${registered.data.name} bought 2 x ${product.name} (${sku}) for ` +
    `${done.totals.total.amount} ${done.totals.total.currency}: order ${done.number} is ${done.status}.`,
);
