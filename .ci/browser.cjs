// Looks at the documentation, the console and the mails with a browser; `.ci/browser` prepares it and says
// what must hold.
"use strict";

const { spawn } = require("node:child_process");
const { readdirSync } = require("node:fs");
const { resolve } = require("node:path");
const { createInterface } = require("node:readline");
const { pathToFileURL } = require("node:url");
const { chromium } = require("playwright-core");
const axe = require("axe-core");
const { lookAtConsole } = require("./console.cjs");

const GUIDES = ["getting-started", "authentication", "errors", "payments-testing", "pricing", "changelog"];
const WIDTHS = [390, 1440];
const SCHEMES = ["light", "dark"];
const SHOTS = "target/ci/browser";
/** Where a test leaves every letter, as it is and at its worst. */
const LETTERS = "target/tmp/letters";
/** What the origin of a file is called. */
const FILES = "null";
/** Queues whose consumers make nothing of what is no event. */
const FAILING = ["orders-settle-payment", "inventory-settle-hold", "payments-charge-order", "pricing-release-coupon"];
const CUSTOMER = { email: "customer@example.com", password: "Customer-demo-1" };

const faults = [];
let views = 0;

/** Starts a store on a free port, and waits until it serves. One browser looks at more than a reader. */
async function open() {
  const store = spawn("target/debug/souk", ["--memory", "--port", "0", "--rate-limit", "off"], {
    stdio: ["ignore", "pipe", "inherit"],
    // Messages are to fail, and every failure is an error in the log.
    env: { ...process.env, RUST_LOG: "warn,edge::runner::messages=off" },
  });
  for await (const line of createInterface({ input: store.stdout })) {
    const at = line.match(/http:\/\/127\.0\.0\.1:\d+/);
    if (at) return { store, base: at[0] };
  }
  throw new Error("the store did not start");
}

/** A page that reaches the store and nothing else, and reports whatever goes wrong in it. */
async function watched(browser, base, width, colorScheme) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    isMobile: width < 500,
    hasTouch: width < 500,
  });
  await context.route("**/*", (route) => {
    const { origin } = new URL(route.request().url());
    if (origin === base) return route.continue();
    faults.push(`something outside is asked for: ${route.request().url()}`);
    return route.abort();
  });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`${page.url()}: ${error}`));
  page.on("requestfailed", (request) => faults.push(`${request.url()}: ${request.failure()?.errorText}`));
  page.on("response", (response) => {
    if (response.status() >= 400) faults.push(`${response.url()}: ${response.status()}`);
  });
  return page;
}

/** What must hold of a page as it stands. */
async function examine(page, what, fullPage = true) {
  const [shown, whole] = await page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    return [clientWidth, scrollWidth];
  });
  if (whole > shown) faults.push(`${what}: scrolls sideways, ${whole} in ${shown} pixels`);
  // The page's own policy lets no script stand in it, so this one comes through the debugger.
  const { violations } = await page.evaluate(`(() => {
    const module = undefined;
    ${axe.source};
    return window.axe.run(document, { resultTypes: ["violations"] });
  })()`);
  for (const { id, impact, help, nodes } of violations) {
    const line = `${what}: ${impact}: ${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.target.join(" ")).join("; ")}`;
    if (["serious", "critical"].includes(impact)) faults.push(line);
    else console.log(`  minor  ${line}`);
  }
  await page.screenshot({ path: `${SHOTS}/${what}.png`, fullPage });
  views += 1;
}

/** Signs in and calls a route from the page, as a reader would. */
async function call(page, what) {
  await page.getByLabel("Email").fill(CUSTOMER.email);
  await page.getByLabel("Password").fill(CUSTOMER.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText(/Authorised: requests carry/).waitFor();
  // The token once more as somebody would who has one.
  await page.getByRole("button", { name: "Authorise" }).click();
  const operation = page.locator("#getMe");
  await operation.locator("> summary").click();
  await operation.getByRole("button", { name: "Send request" }).click();
  await operation.getByText("200 OK").waitFor();
  const body = await operation.locator(".answer pre").first().textContent();
  if (JSON.parse(body).data.email !== CUSTOMER.email) faults.push(`${what}: not the caller's own account: ${body}`);
}

/** Opens every operation, every answer and every field. */
async function unfold(page) {
  for (let depth = 0; depth < 4; depth += 1) {
    await page.evaluate(async () => {
      for (const part of document.querySelectorAll("main details:not([open])")) part.open = true;
      await new Promise((resolve) => setTimeout(resolve, 300));
    });
  }
}

async function look(browser, base, width, scheme) {
  const page = await watched(browser, base, width, scheme);
  const name = (what) => `${what}-${width}-${scheme}`;
  const reply = await page.goto(`${base}/docs`);
  const policy = reply.headers()["content-security-policy"] ?? "";
  if (!policy.includes("default-src 'none'") || policy.includes("unsafe")) faults.push(`the policy is ${policy}`);
  await page.locator("#getMe").waitFor();
  const [described, shown] = await page.evaluate(async () => {
    const { paths } = await (await fetch("/openapi.json")).json();
    const methods = Object.values(paths).flatMap((path) => Object.values(path));
    return [methods.filter((method) => method.operationId).length, document.querySelectorAll(".operation").length];
  });
  if (described !== shown) faults.push(`${described} operations are described, ${shown} are shown`);
  await examine(page, name("docs"));
  await call(page, name("docs"));
  await examine(page, name("docs-called"));
  await unfold(page);
  // Too long for one picture; the checks see all of it.
  await examine(page, name("docs-unfolded"), false);
  for (const guide of GUIDES) {
    await page.goto(`${base}/docs/${guide}`);
    await examine(page, name(guide));
  }
  await page.context().close();
}

/** The console. Each look has a queue of its own, where a message fails. */
async function watchConsole(browser, base, width, scheme) {
  const page = await watched(browser, base, width, scheme);
  const fault = (line) => faults.push(line);
  const name = (what) => `${what}-${width}-${scheme}`;
  const queue = FAILING.shift();
  await lookAtConsole({ page, base, queue, name, examine, fault }).catch(async (error) => {
    faults.push(`${name("console")}: ${error.message}`);
    await page.screenshot({ path: `${SHOTS}/${name("console-fault")}.png` });
  });
  // A question that is under way as the page is closed fails, and harms nobody.
  page.removeAllListeners("requestfailed");
  await page.context().close();
}

/** Every letter, opened as a mail program would: without a network, on the reader's own ground. */
async function lookAtMails(browser, letters, width, scheme) {
  const page = await watched(browser, FILES, width, scheme);
  for (const letter of letters) {
    await page.goto(pathToFileURL(resolve(LETTERS, letter)).href);
    // The letter leaves the ground to whoever shows it; the check of contrast takes it for white unless told.
    await page.evaluate(() => {
      document.documentElement.style.backgroundColor = "Canvas";
    });
    await examine(page, `mail-${letter.replace(".html", "")}-${width}-${scheme}`);
  }
  await page.context().close();
}

async function main() {
  const letters = readdirSync(LETTERS).filter((name) => name.endsWith(".html"));
  if (letters.length === 0) throw new Error(`there are no letters in ${LETTERS}`);
  const { store, base } = await open();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  try {
    for (const width of WIDTHS) {
      for (const scheme of SCHEMES) {
        await look(browser, base, width, scheme);
        await watchConsole(browser, base, width, scheme);
        await lookAtMails(browser, letters, width, scheme);
      }
    }
  } finally {
    await browser.close();
    store.kill();
  }
  console.log(`${views} views, ${faults.length} faults; pictures in ${SHOTS}`);
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length ? 1 : 0;
}

main();
