import type { Page } from "@playwright/test";
import { labIntegration } from "#scripts/lab-integration";
import { expect, test } from "./fixtures.ts";
import { startSite, type Site } from "./start-site.ts";
import { allow, approve, startTripStack, type TripStack } from "./trip-stack.ts";

// A product on another site embeds connect of the real processes; a third site tries to.
test.describe.configure({ mode: "serial", timeout: 120_000 });

let demo: TripStack;
let product: Site;
let stranger: Site;
let isolated: Site;

/** What a product writes: a script tag, a button, and what to do with the outcome. */
const productPage = (evergrant: string): string => `
  <script src="${evergrant}/connect.js"></script>
  <h1>Settings</h1>
  <button>Connect</button> <output></output> <div id="place"></div>
  <script>
    document.querySelector("button").onclick = async () => {
      const options = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
      const result = await Evergrant.connect({ ...options, container: document.querySelector("#place") });
      document.querySelector("output").textContent = JSON.stringify(result);
    };
  </script>`;

/** What a site that is not on the list may do: open the link, frame it, and listen. */
const strangerPage = `
  <h1>Elsewhere</h1>
  <button>Open</button> <output></output>
  <script>
    const link = decodeURIComponent(location.hash.slice(1));
    addEventListener("message", ({ data, origin }) => {
      document.querySelector("output").textContent += origin + JSON.stringify(data);
    });
    document.querySelector("button").onclick = () => open(link, "there", "popup,width=480,height=760");
    const frame = document.createElement("iframe");
    frame.src = link.replace("embed=popup", "embed=frame");
    document.body.append(frame);
  </script>`;

test.beforeAll(async () => {
  // Several processes and a database start from nothing, on a machine that may be busy.
  test.setTimeout(300_000);
  demo = await startTripStack();
  product = await startSite({ "/": productPage(demo.origin) });
  stranger = await startSite({ "/": strangerPage });
  isolated = await putIsolatedProvider();
  await demo.call("PATCH", "/environment", { allowed_origins: [product.origin] });
});

test.afterAll(async () => {
  await product?.stop();
  await stranger?.stop();
  await isolated?.stop();
  await demo?.stop();
});

const makeLink = async (tenantId: string, more: object = {}): Promise<string> =>
  await demo.makeLink({ tenant_id: tenantId, integration_name: "acme-crm", ...more });

const accountsOf = async (tenantId: string) => await demo.accountsOf(tenantId);

async function openProduct(page: Page, options: Record<string, string>): Promise<void> {
  await page.goto(`${product.origin}/#${new URLSearchParams(options)}`);
}

/** The window that opens when the button is clicked. */
async function clickForWindow(page: Page): Promise<Page> {
  const opened = page.waitForEvent("popup");
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  return await opened;
}

const resultOf = (page: Page) => page.locator("output");

async function expectConnected(page: Page, tenantId: string): Promise<void> {
  await expect(resultOf(page)).toContainText('"status":"connected"');
  const [account] = await accountsOf(tenantId);
  expect(account).toMatchObject({ status: "active" });
  expect(JSON.parse((await resultOf(page).textContent()) ?? "")).toEqual({
    status: "connected",
    connect_session_id: expect.stringMatching(/^cs_/),
    integrated_account_id: account.id,
  });
}

/** An integration whose provider cuts every other window off from its own, before it leads on to the lab. */
async function putIsolatedProvider(): Promise<Site> {
  const body = `<script>location.replace("${demo.labOrigin}/auth" + location.search);</script>`;
  const gate = await startSite(
    { "/auth": body },
    { host: "127.0.0.1", headers: { "cross-origin-opener-policy": "same-origin" } },
  );
  const document: any = labIntegration("isolated-crm", demo.labOrigin);
  document.credentials.config.auth.authorizeHost = gate.origin;
  await demo.putIntegration(document);
  return gate;
}

test("a product gets the outcome of a popup, and the popup closes by itself", async ({ page }) => {
  await openProduct(page, { url: await makeLink("popup") });
  const window = await clickForWindow(page);
  await window.getByRole("button", { name: "Continue to Acme CRM" }).click();
  const closed = window.waitForEvent("close");
  await allow(window);
  await approve(window);
  await expectConnected(page, "popup");
  await closed;
});

test("the message alone is enough, where the product's own policy lets its script ask nobody", async ({
  page,
  faults,
}) => {
  faults.allow(/Failed to load resource/);
  await page.route(`${demo.origin}/api/connect/results`, (route) => route.abort());
  await openProduct(page, { url: await makeLink("message") });
  const window = await clickForWindow(page);
  await window.getByRole("button", { name: "Continue to Acme CRM" }).click();
  await allow(window);
  await approve(window);
  await expectConnected(page, "message");
});

test("the outcome arrives although the provider cuts the window off, and no closed window is reported before", async ({
  page,
}) => {
  await openProduct(page, { url: await makeLink("isolated", { integration_name: "isolated-crm" }) });
  const window = await clickForWindow(page);
  await window.getByRole("button", { name: "Continue to Acme CRM" }).click();
  await expect(window.getByRole("button", { name: /Hedy Lamarr/ })).toBeVisible();
  expect(await window.evaluate(() => window.opener)).toBeNull();
  // Long enough for the script to ask several times.
  const asked = () => page.waitForResponse(`${demo.origin}/api/connect/results`);
  for (let times = 0; times < 3; times += 1) expect(await (await asked()).json()).toMatchObject({ status: "away" });
  await expect(resultOf(page)).toBeEmpty();
  await allow(window);
  await approve(window);
  await expectConnected(page, "isolated");
});

test("a window that is closed before anybody sets out is reported as closed", async ({ page }) => {
  await openProduct(page, { url: await makeLink("closed") });
  const window = await clickForWindow(page);
  await expect(window.getByRole("button", { name: "Continue to Acme CRM" })).toBeVisible();
  await window.close();
  await expect(resultOf(page)).toHaveText('{"status":"closed"}');
});

test("a customer who says no may try again in the window, and only what stands at its end is told", async ({
  page,
}) => {
  await openProduct(page, { url: await makeLink("no") });
  const window = await clickForWindow(page);
  await window.getByRole("button", { name: "Continue to Acme CRM" }).click();
  await window.getByRole("button", { name: /Hedy Lamarr/ }).click();
  await window.getByRole("button", { name: "Deny" }).click();
  const asked = await page.waitForResponse(`${demo.origin}/api/connect/results`);
  expect(await asked.json()).toMatchObject({ status: "failed", error: "access_denied" });
  await expect(resultOf(page)).toBeEmpty();
  await window.getByRole("button", { name: /try again/i }).click();
  await window.getByRole("button", { name: /Hedy Lamarr/ }).click();
  await window.getByRole("button", { name: "Deny" }).click();
  await expect(window.getByRole("button", { name: /try again/i })).toBeVisible();
  await window.close();
  await expect(resultOf(page)).toContainText('"status":"failed"');
  await expect(resultOf(page)).toContainText('"error":"access_denied"');
});

test("while the question is open the product waits; who says no may take another account, and says so in their language", async ({
  page,
}) => {
  const url = await makeLink("question");
  await openProduct(page, { url });
  const window = await clickForWindow(page);
  await window.locator("summary", { hasText: "English" }).click();
  await window.getByRole("link", { name: "Deutsch" }).click();
  await window.getByRole("button", { name: "Weiter zu Acme CRM" }).click();
  await allow(window);
  await expect(window.getByRole("heading", { name: "Dieses Konto verbinden?" })).toBeVisible();
  const answer = async () => await (await page.waitForResponse(`${demo.origin}/api/connect/results`)).json();
  expect(await answer()).toMatchObject({ status: "away" });
  await expect(resultOf(page)).toBeEmpty();
  expect(await accountsOf("question")).toEqual([expect.objectContaining({ status: "connecting" })]);
  await window.getByRole("button", { name: "Nicht mein Konto" }).click();
  await expect(window.getByRole("heading", { name: "Es wurde nichts verbunden" })).toBeVisible();
  await expect(async () => expect(await answer()).toMatchObject({ status: "failed", error: "declined" })).toPass();
  await expect(resultOf(page)).toBeEmpty();
  await window.getByRole("button", { name: "Zurück und noch einmal versuchen" }).click();
  await allow(window);
  const closed = window.waitForEvent("close");
  await window.getByRole("button", { name: "Verbinden", exact: true }).click();
  await expectConnected(page, "question");
  await closed;
});

test("who chooses a language in a frame reads it there and in the window that leads on", async ({ page }) => {
  await openProduct(page, { url: await makeLink("framed-words"), mode: "frame" });
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  const frame = page.frameLocator("iframe");
  await frame.locator("summary", { hasText: "English" }).click();
  await frame.getByRole("link", { name: "日本語" }).click();
  await expect(frame.locator("html")).toHaveAttribute("lang", "ja");
  expect(page.context().pages()).toHaveLength(1);
  const opened = page.waitForEvent("popup");
  await frame.getByRole("main").locator("form button").click();
  const window = await opened;
  await allow(window);
  await expect(window.locator("html")).toHaveAttribute("lang", "ja");
  await window.locator('form[action="/connect/approve"] button').click();
  await expectConnected(page, "framed-words");
});

test("a return URL is for customers who come by themselves: in a window beside the product nothing leads there", async ({
  page,
}) => {
  const returnUrl = `${product.origin}/done`;
  await demo.call("PATCH", "/environment", { return_urls: [returnUrl] });
  const url = await makeLink("return", { return_url: returnUrl });
  await openProduct(page, { url });
  const window = await clickForWindow(page);
  await window.getByRole("button", { name: "Continue to Acme CRM" }).click();
  await allow(window);
  await approve(window);
  await expectConnected(page, "return");
});

for (const isIsolated of [false, true]) {
  test(`a product gets the outcome of a frame, whose button opens a window${isIsolated ? ", also from a provider that cuts it off" : ""}`, async ({
    page,
  }) => {
    const tenant = `frame-${isIsolated}`;
    const url = await makeLink(tenant, { integration_name: isIsolated ? "isolated-crm" : "acme-crm" });
    await openProduct(page, { url, mode: "frame" });
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    const frame = page.frameLocator("iframe");
    // As high as the card, also where it is narrow, and no higher.
    const card = async () => (await frame.getByRole("main").boundingBox())?.height;
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 740 });
      await expect(async () => {
        expect((await page.locator("iframe").boundingBox())?.height).toBeCloseTo((await card()) ?? 0, -1);
      }).toPass();
      expect(await card()).toBeLessThan(700);
    }
    const opened = page.waitForEvent("popup");
    await frame.getByRole("button", { name: "Continue to Acme CRM" }).click();
    const window = await opened;
    await expect(window.getByRole("button", { name: /Hedy Lamarr/ })).toBeVisible();
    // The provider never stands in the frame.
    expect(page.frames().map((one) => new URL(one.url()).origin)).toEqual([product.origin, demo.origin]);
    await allow(window);
    await approve(window);
    await expectConnected(page, tenant);
    await expect(page.locator("iframe")).toHaveCount(0);
  });
}

test("a window that was opened from the frame and closed at the provider may be opened again", async ({ page }) => {
  await openProduct(page, { url: await makeLink("again"), mode: "frame" });
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  const setOut = page.frameLocator("iframe").getByRole("button", { name: "Continue to Acme CRM" });
  const first = page.waitForEvent("popup");
  await setOut.click();
  await expect((await first).getByRole("button", { name: /Hedy Lamarr/ })).toBeVisible();
  await (await first).close();
  const second = page.waitForEvent("popup");
  await setOut.click();
  await allow(await second);
  await approve(await second);
  await expectConnected(page, "again");
});

test("where popups are blocked the product is told, and may go on by a frame or in its own window", async ({
  page,
}) => {
  await page.addInitScript(() => {
    window.open = () => null;
  });
  const url = await makeLink("blocked");
  await openProduct(page, { url });
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(resultOf(page)).toHaveText(JSON.stringify({ status: "blocked", url }));

  await page.goto("about:blank");
  await openProduct(page, { url, fallback: "frame" });
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  // Without a script to open it at its size, the form's own target opens the window.
  const opened = page.waitForEvent("popup");
  await page.frameLocator("iframe").getByRole("button", { name: "Continue to Acme CRM" }).click();
  await expect((await opened).getByRole("button", { name: /Hedy Lamarr/ })).toBeVisible();

  await page.goto("about:blank");
  await openProduct(page, { url, fallback: "redirect" });
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await page.waitForURL(url);
  await page.getByRole("button", { name: "Continue to Acme CRM" }).click();
  await allow(page);
  await approve(page);
  await page.waitForURL(`${demo.origin}/connect/outcome`);
});

test("all of it goes on under the product's own name, with the redirect URI under ours", async ({ page }) => {
  // Browsers take every name under localhost for this machine.
  const own = demo.origin.replace("127.0.0.1", "link.localhost");
  await demo.call("PATCH", "/environment", { connect_url: own });
  const url = await makeLink("own-name");
  expect(new URL(url).origin).toBe(own);
  await openProduct(page, { url });
  const window = await clickForWindow(page);
  await window.getByRole("button", { name: "Continue to Acme CRM" }).click();
  await window.getByRole("button", { name: /Hedy Lamarr/ }).click();
  const trip: string[] = [];
  window.on("request", (request) => {
    if (request.isNavigationRequest()) trip.push(new URL(request.url()).origin);
  });
  await window.getByRole("button", { name: "Deny" }).click();
  await expect(window.getByRole("button", { name: /try again/i })).toBeVisible();
  expect(trip.slice(-3)).toEqual([demo.origin, own, own]);
  expect(new URL(window.url()).origin).toBe(own);
  await window.getByRole("button", { name: /try again/i }).click();
  await allow(window);
  await approve(window);
  await expectConnected(page, "own-name");
  await demo.call("PATCH", "/environment", { connect_url: null });
});

test("an origin that is not on the list gets no word and no frame, whatever it writes into the link", async ({
  page,
  faults,
}) => {
  faults.allow(/frame-ancestors|does not match the recipient/);
  for (const origin of [stranger.origin, product.origin]) {
    const url = await makeLink(`stranger-${new URL(origin).port}`);
    const link = `${url}?${new URLSearchParams({ embed: "popup", key: "k".repeat(43), origin })}`;
    await page.goto("about:blank");
    const refused = page.waitForEvent("console", (message) => message.text().includes("frame-ancestors"));
    await page.goto(`${stranger.origin}/#${encodeURIComponent(link)}`);
    await refused;
    await expect(page.frameLocator("iframe").getByRole("button", { name: /Continue/ })).toHaveCount(0);
    const opened = page.waitForEvent("popup");
    await page.getByRole("button", { name: "Open" }).click();
    const window = await opened;
    await window.getByRole("button", { name: "Continue to Acme CRM" }).click();
    if (origin === product.origin) {
      // It closes once it has told whom it tells.
      const closed = window.waitForEvent("close");
      await allow(window);
      await approve(window);
      await closed;
    } else {
      await expect(window.getByRole("heading", { name: "This can’t be continued" })).toBeVisible();
    }
    await expect(resultOf(page)).toBeEmpty();
    const asked = await page.evaluate(
      async ([target = "", token = ""]) => {
        const body = new URLSearchParams({ link_token: token, key: "k".repeat(43) });
        return await (await fetch(target, { method: "POST", body })).json();
      },
      [`${demo.origin}/api/connect/results`, url.split("/").at(-1) ?? ""],
    );
    expect(asked).toEqual({ status: "refused", error: "origin_not_allowed" });
    faults.allow(/403/);
  }
});
