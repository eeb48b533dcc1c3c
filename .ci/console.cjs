// Looks at the console of the local store with a browser, as `.ci/browser` says: an order and its life,
// a message that fails until it is a dead letter, and its way back.
"use strict";

const { randomUUID } = require("node:crypto");

/** How often a queue has a message received before it is a dead letter. */
const MOST_RECEIVES = 5;

async function post(url, body, headers = {}) {
  const reply = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const { data } = await reply.json();
  if (!reply.ok) throw new Error(`${url} answers ${reply.status}`);
  return data;
}

/** A guest's order, which the shop charges in the background. */
function placeOrder(base) {
  const body = {
    items: [{ sku: "MUG-STONE-BLUE", quantity: 2 }, { sku: "MAT-FELT-80", quantity: 1 }],
    email: "ada.lovelace@example.com",
    paymentMethod: "pm_test_ok",
    shippingAddress: { name: "Ada Lovelace", line1: "12 Square", city: "London", postalCode: "SW1Y 4JH", country: "GB" },
  };
  return post(`${base}/api/v1/orders`, body, { "Idempotency-Key": randomUUID() });
}

/** What of the page's text does not stand wholly in the box that it belongs to, or leaves the window. */
function cutOff() {
  const boxOf = (node) => {
    let box = node.parentElement;
    while (getComputedStyle(box).display.startsWith("inline")) box = box.parentElement;
    return box;
  };
  const cut = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    // Code scrolls inside itself, and what is only to be heard has no room.
    const apart = node.parentElement.closest("pre, noscript, script, option, caption, thead, .unseen, .skip");
    if (apart || !node.data.trim() || !node.parentElement.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = boxOf(node).getBoundingClientRect();
    for (const { left, right } of range.getClientRects()) {
      const out = left < box.left - 1 || right > box.right + 1 || left < 0 || right > innerWidth + 1;
      if (out) cut.push(node.data.trim().slice(0, 60));
    }
  }
  return [...new Set(cut)];
}

/** Looks at the console at one width, in one scheme; `queue` is where a message fails. */
async function lookAtConsole({ page, base, queue, name, examine, fault }) {
  const see = async (what) => {
    const cut = await page.evaluate(cutOff);
    if (cut.length) fault(`${name(what)}: is cut off: ${cut.join("; ")}`);
    await examine(page, name(what));
  };
  const reply = await page.goto(`${base}/_local`);
  const policy = reply.headers()["content-security-policy"] ?? "";
  if (!policy.includes("default-src 'none'") || policy.includes("unsafe")) fault(`the console's policy is ${policy}`);

  // It comes by itself to somebody who looks on.
  await page.getByRole("heading", { name: "What goes on" }).waitFor();
  const order = await placeOrder(base);
  const link = page.getByRole("link", { name: order.number });
  await link.waitFor();
  await see("console");
  await link.click();
  await page.getByRole("heading", { name: `Order ${order.number}` }).waitFor();
  await page.locator(".timeline").getByText("confirmed").waitFor();
  await page.locator("main").getByText("OrderConfirmed", { exact: true }).waitFor();
  const mail = page.getByRole("link", { name: `Your order ${order.number} is confirmed` });
  await mail.waitFor();
  await see("console-order");

  await mail.click();
  await page.frameLocator("iframe").getByText(order.number).filter({ visible: true }).first().waitFor();
  await see("console-letter");

  await post(`${base}/_local/queues/${queue}/messages`, { orderId: order.id });
  await page.evaluate((queue) => { location.hash = `#/queues/${queue}`; }, queue);
  for (let received = 1; received <= MOST_RECEIVES; received += 1) {
    await page.getByText(`Received ${received} of ${MOST_RECEIVES} times.`).waitFor();
    if (received === 2) await see("console-failing");
    await page.getByRole("button", { name: "16 minutes" }).click();
  }
  await page.getByText("Dead letter", { exact: true }).waitFor();
  await page.goto(`${base}/_local#/orders/${order.id}`);
  await page.getByText("Dead letter", { exact: true }).waitFor();
  await see("console-order-in-trouble");

  await page.getByRole("link", { name: /^Queues/ }).click();
  const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: queue }) });
  await row.getByRole("button", { name: /^Redrive/ }).waitFor();
  await page.locator("details").first().locator("summary").click();
  await see("console-queues");
  await row.getByRole("button", { name: /^Redrive/ }).press("Enter");
  await page.getByText(`1 moved back to ${queue}.`).waitFor();
  await row.locator("[data-column='Dead letters']").getByText("0").waitFor();
  await see("console-redriven");

  await page.getByRole("link", { name: "Requests" }).click();
  await page.getByLabel(/^Find requests/).fill("orders-create-order 201");
  await page.locator("tbody tr").first().getByRole("link").click();
  await page.locator("main").getByText("OrderCreated", { exact: true }).waitFor();
  await page.locator("main").getByText("PaymentSucceeded", { exact: true }).waitFor();
  await see("console-trace");
  for (const view of ["Orders", "Requests", "Mail", "Events", "Provider"]) {
    await page.getByRole("link", { name: view, exact: true }).click();
    await page.locator("main tbody tr, main li").first().waitFor();
    await see(`console-${view.toLowerCase()}`);
  }
}

module.exports = { lookAtConsole };
