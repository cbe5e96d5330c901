import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, expectAccessible, expectNoSideways, test } from "./fixtures.ts";
import { describeWeight, weighPage, type Weight } from "./weigh-page.ts";
import { findDemoPorts, isAlive, startDemo, waitFor, type Demo, type DemoPorts } from "./start-demo.ts";

// The demo as its user meets it: one after the other, on one start of the real processes.
test.describe.configure({ mode: "serial", timeout: 120_000 });

const images = join(import.meta.dirname, "../docs/images");
let directory: string;
let ports: DemoPorts;
let demo: Demo;

test.beforeAll(async () => {
  // Four processes and a database start from nothing, on a machine that may be busy.
  test.setTimeout(300_000);
  directory = mkdtempSync(join(tmpdir(), "evergrant-demo-"));
  // As root, PostgreSQL runs as a user of its own, who must get there.
  chmodSync(directory, 0o755);
  ports = await findDemoPorts();
  demo = await startDemo(directory, ports);
});

test.afterAll(async () => {
  await demo.interrupt();
  rmSync(directory, { recursive: true, force: true });
});

async function signIn(page: Page): Promise<void> {
  await page.goto(`${demo.origin}/sign-in`);
  await page.getByLabel("Email").fill(demo.email);
  await page.getByLabel("Password").fill(demo.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${demo.origin}/`);
}

test("prints address, sign-in and key, and its accounts are active", async () => {
  const { status, body } = await demo.call("GET", "/integrated-accounts");
  expect(status).toBe(200);
  expect(body.data.map((one: { status: string }) => one.status)).toEqual(["active", "active", "active", "active"]);
  for (const account of body.data) expect(account.external_account.label).not.toBeNull();
});

test("a wrong password is refused, the right one opens the dashboard", async ({ page, faults }) => {
  faults.allow(/401/);
  await page.goto(`${demo.origin}/accounts`);
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByLabel("Email").fill(demo.email);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("Email or password is wrong")).toBeVisible();
  await signIn(page);
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
});

test("takes the pictures of the README", async ({ page }) => {
  const { body } = await demo.call("GET", "/integrated-accounts");
  for (const { id } of [...body.data, ...body.data]) await demo.call("POST", `/integrated-accounts/${id}/refresh`);
  await signIn(page);
  mkdirSync(images, { recursive: true });
  await page.setViewportSize({ width: 1280, height: 800 });
  for (const [scheme, file] of [
    ["light", "dashboard.png"],
    ["dark", "dashboard-dark.png"],
  ] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto(demo.origin);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await page.waitForLoadState("networkidle");
    await page.screenshot({ path: join(images, file) });
  }
});

test("webhooks arrive at the lab's receiver, verified, and it can be told to fail", async ({ page, faults }) => {
  // Pages are told by the status of their answer; a form that was filled in wrong has its own.
  faults.allow(/status of 422/);
  const { body } = await demo.call("GET", "/webhook-endpoints");
  expect(body.data).toMatchObject([{ url: `${demo.labOrigin}/receiver`, status: "enabled" }]);
  const [{ id }] = body.data;
  await page.goto(`${demo.labOrigin}/receiver`);
  // One for each account that was connected.
  await waitFor(async () => {
    await page.reload();
    return (await page.getByText("integrated_account:created").count()) >= 4;
  }, 30);
  await expect(page.getByText("Verified", { exact: true })).toHaveCount(await page.getByRole("listitem").count());

  const answer = page.getByLabel("It answers");
  await answer.selectOption({ label: "500, something is broken" });
  await page.getByRole("button", { name: "Save answer" }).click();
  await expect(answer).toHaveValue("fail");
  await demo.call("POST", `/webhook-endpoints/${id}/test`, {});
  await waitFor(async () => {
    await page.reload();
    return (await page.getByText("webhook_endpoint:ping").count()) >= 1;
  }, 30);
  await answer.selectOption({ label: "204, as it should" });
  await page.getByRole("button", { name: "Save answer" }).click();
  await page.getByLabel("Signing secret").fill("password");
  await page.getByRole("button", { name: "Save secret" }).click();
  await expect(page.getByText("That is no signing secret")).toBeVisible();
  await page.goto(`${demo.labOrigin}/receiver`);
  // The second attempt, after five seconds.
  await waitFor(async () => {
    await page.reload();
    return (await page.getByText("came 2 times").count()) >= 1;
  }, 30);
  await page.getByRole("listitem").first().locator("summary").click();
  await expect(page.getByRole("region", { name: "Body" })).toContainText('"event_type": "webhook_endpoint:ping"');
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await expectAccessible(page);
      await expectNoSideways(page);
      const shots = process.env["EVERGRANT_SHOTS"];
      if (shots !== undefined)
        await page.screenshot({ path: join(shots, `receiver-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
});

/** The document of the guide itself, for the ports of this demo. */
function guidedDefinition(): string {
  const guide = readFileSync(join(import.meta.dirname, "../docs/guides/first-hour.md"), "utf8");
  const [, text] = /```json\n([\s\S]+?)```/.exec(guide) ?? [];
  if (text === undefined) throw new Error("docs/guides/first-hour.md has no document");
  return text.replaceAll("http://127.0.0.1:3400", demo.labOrigin);
}

test("the first hour is walked as its guide has it: from an empty environment to a refresh before expiry", async ({
  page,
  context,
}) => {
  test.setTimeout(240_000);
  page.setDefaultTimeout(20_000);
  const began = Date.now();
  const told: string[] = [];
  const tell = (step: string): void => void told.push(`${step} after ${((Date.now() - began) / 1000).toFixed(0)} s`);
  await signIn(page);
  await page.getByRole("button", { name: /Environment: Production/ }).click();
  await page.getByRole("menuitemradio", { name: "Staging" }).click();
  await expect(page.getByText("Staging environment, not production")).toBeVisible();
  await page.goto(demo.origin);
  const guide = page.getByRole("region", { name: "Three steps to the first account" });
  await expect(guide).toContainText("0 of 3 done");

  await guide.getByRole("link", { name: "Define an integration of your own" }).click();
  await page.getByLabel("Definition, as JSON").fill(guidedDefinition());
  await expect(page.getByRole("region", { name: "Mistakes" }).getByText("No mistakes")).toBeVisible();
  await page.getByRole("button", { name: "Review and save…" }).click();
  await page.getByRole("dialog", { name: "Create my-crm?" }).getByRole("button", { name: "Create" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "My CRM" })).toBeVisible();
  tell("defined");

  await page.goto(demo.origin);
  await guide.getByLabel("Provider").selectOption("My CRM");
  const uri = await guide.getByText(/\/oauth\/callback\//).textContent();
  const lab = await context.newPage();
  await lab.goto(`${demo.labOrigin}/apps`);
  await lab.getByLabel("Name, as the consent page shows it").fill("My product");
  await lab.getByLabel("Redirect URI").fill(uri?.trim() ?? "");
  await lab.getByLabel("Access tokens live").selectOption("60");
  await lab.getByRole("button", { name: "Register" }).click();
  const shown = async (name: string): Promise<string> =>
    (await lab.locator("dt", { hasText: name }).locator("xpath=following-sibling::dd[1]").textContent())?.trim() ?? "";
  await guide.getByLabel("Client id").fill(await shown("Client id"));
  await guide.getByLabel(/^Client secret/).fill(await shown("Client secret"));
  await lab.close();
  await guide.getByRole("button", { name: "Set the client" }).click();
  await expect(guide).toContainText("1 of 3 done");
  tell("client set");

  const opened = page.waitForEvent("popup");
  await guide.getByRole("button", { name: "Open the connect page" }).click();
  const customer = await opened;
  await customer.getByRole("button", { name: "Continue to My CRM" }).click();
  await customer.getByRole("button", { name: /Katherine Johnson/ }).click();
  await customer.getByRole("button", { name: "Allow" }).click();
  await customer.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(customer.getByRole("heading", { name: /is connected to/ })).toBeVisible();
  await customer.close();
  await expect(guide).toContainText("2 of 3 done");
  tell("connected");

  await guide.getByRole("link", { name: "Add an endpoint" }).click();
  await page.getByLabel(/^URL/).fill(`${demo.labOrigin}/receiver`);
  await page.getByRole("button", { name: /^(Add|Create|Save)/ }).click();
  const secret = await page.getByRole("textbox", { name: "Signing secret" }).inputValue();
  const receiver = await context.newPage();
  await receiver.goto(`${demo.labOrigin}/receiver`);
  await receiver.getByLabel("Signing secret").fill(secret);
  await receiver.getByRole("button", { name: "Save secret" }).click();
  await receiver.close();
  await page.getByRole("button", { name: "Send test event" }).click();
  await page.goto(`${demo.origin}/first-steps`);
  await expect(page.getByRole("region", { name: "That is all it takes" })).toContainText("3 of 3 done");
  tell("webhook seen");

  await page.goto(demo.origin);
  await page.getByRole("link", { name: "test-customer is connected to My CRM" }).click();
  const main = page.getByRole("main");
  await expect(main).toContainText(/before expiry/i, { timeout: 90_000 });
  await expect(main.getByText("Active", { exact: true }).first()).toBeVisible();
  tell("refreshed before expiry");

  console.log(`the first hour: ${told.join(", ")}`);
});

for (const scheme of ["light", "dark"] as const) {
  test(`a customer clicks through connect at the provider, in ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    const link = await demo.call("POST", "/link-tokens", {
      tenant_id: `browser-${scheme}`,
      integration_name: "acme-crm",
    });
    // A preview consumes nothing.
    await page.goto(link.body.url);
    await page.goto(link.body.url);
    await expectAccessible(page);
    await page.getByRole("button", { name: "Continue to Acme CRM" }).click();
    await page.getByRole("button", { name: /Hedy Lamarr/ }).click();
    await page.getByRole("button", { name: "Allow" }).click();
    await page.waitForURL(`${demo.origin}/connect/outcome`);
    await expect(page.getByText(/Hedy Lamarr/)).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await expect(page.getByRole("heading", { name: /is connected to/ })).toBeVisible();
    await expect(page.getByText(/Hedy Lamarr/)).toBeVisible();
    await expectAccessible(page);
    const { body } = await demo.call("GET", `/integrated-accounts?tenant_id=browser-${scheme}`);
    expect(body.data).toHaveLength(1);
    expect(body.data[0]).toMatchObject({ status: "active", external_account: { id: "hedy" } });
    // The link has connected; it does not do so again.
    await page.goto(link.body.url);
    await expect(page.getByRole("button", { name: "Continue to Acme CRM" })).toHaveCount(0);
  });
}

test("a connect page comes without a runtime, through the public door", async ({ browser }) => {
  const link = await demo.call("POST", "/link-tokens", { tenant_id: "browser-weight", integration_name: "acme-crm" });
  const weigh = async (url: string): Promise<Weight> => {
    const context = await browser.newContext();
    const weight = await weighPage(await context.newPage(), url);
    await context.close();
    console.log(describeWeight(new URL(url).pathname.split("/")[1] ?? "", weight));
    return weight;
  };
  const connect = await weigh(link.body.url);
  expect(connect.scriptFiles).toBe(0);
  expect(connect.scriptKilobytes).toBeGreaterThan(0);
  // Issue 6 allows 100; what a form and a link need is far less, and more would be the runtime coming back.
  expect(connect.scriptKilobytes).toBeLessThan(5);
  // The scales work: a page of the dashboard does have it.
  expect((await weigh(`${demo.origin}/sign-in`)).scriptKilobytes).toBeGreaterThan(50);
});

test("a customer who says no is told what follows and can try again", async ({ page }) => {
  const link = await demo.call("POST", "/link-tokens", { tenant_id: "browser-no", integration_name: "acme-crm" });
  await page.goto(link.body.url);
  await page.getByRole("button", { name: "Continue to Acme CRM" }).click();
  await page.getByRole("button", { name: /Alan Turing/ }).click();
  await page.getByRole("button", { name: "Deny" }).click();
  await page.waitForURL(`${demo.origin}/connect/outcome`);
  await expectAccessible(page);
  await page.getByRole("button", { name: /try again/i }).click();
  await page.getByRole("button", { name: /Alan Turing/ }).click();
  await page.getByRole("button", { name: "Allow" }).click();
  await page.waitForURL(`${demo.origin}/connect/outcome`);
  await expect(page.getByText(/Alan Turing/)).toBeVisible();
  // The wrong one: nothing is connected, and the way leads back to the provider.
  await page.getByRole("button", { name: /use another one/ }).click();
  await expect(page.getByRole("heading", { name: "Nothing was connected" })).toBeVisible();
  await page.getByRole("button", { name: /try again/i }).click();
  await page.getByRole("button", { name: /Hedy Lamarr/ }).click();
  await page.getByRole("button", { name: "Allow" }).click();
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(page.getByRole("heading", { name: /is connected to/ })).toBeVisible();
  const { body } = await demo.call("GET", "/integrated-accounts?tenant_id=browser-no");
  expect(body.data).toMatchObject([{ status: "active", external_account: { id: "hedy" } }]);
});

test("a grant revoked at the provider shows on the open dashboard, and a new link brings the same account back", async ({
  page,
  context,
  faults,
}) => {
  faults.allow(/409/);
  await signIn(page);
  const { body } = await demo.call("GET", "/integrated-accounts?tenant_id=bletchley-research");
  const { id } = body.data[0];
  await page.goto(`${demo.origin}/accounts/${id}`);
  await expect(page.getByText("Active", { exact: true }).first()).toBeVisible();

  const lab = await context.newPage();
  await lab.goto(`${demo.labOrigin}/grants?person=alan`);
  // The older of Alan's two grants is the demo account's: every one of his is revoked.
  while ((await lab.getByRole("button", { name: /Revoke/ }).count()) > 0) {
    await lab
      .getByRole("button", { name: /Revoke/ })
      .first()
      .click();
  }
  await lab.close();

  await page.getByRole("button", { name: "Refresh now" }).click();
  await expect(page.getByText(/Only the customer can repair this/)).toBeVisible();
  await page.getByRole("button", { name: "Create re-authorization link" }).click();
  const url = await page.getByRole("textbox", { name: /link/i }).inputValue();
  const customer = await context.newPage();
  await customer.goto(url);
  await customer.getByRole("button", { name: "Continue to Acme CRM" }).click();
  await customer.getByRole("button", { name: /Alan Turing/ }).click();
  await customer.getByRole("button", { name: "Allow" }).click();
  await customer.waitForURL(`${demo.origin}/connect/outcome`);
  await customer.close();
  // Without a reload: the page updates by itself. That it needed it stays in its timeline.
  await expect(page.getByText(/Only the customer can repair this/)).toHaveCount(0, { timeout: 20_000 });
  expect((await demo.call("GET", `/integrated-accounts/${id}`)).body).toMatchObject({ id, status: "active" });
});

test("a grant revoked at the lab shows on pages that are open, with its reason, by the event and not by the poll", async ({
  browser,
}) => {
  const link = await demo.call("POST", "/link-tokens", { tenant_id: "browser-live", integration_name: "acme-crm" });
  const context = await browser.newContext();
  // Nothing is looked at every so often: what shows, the stream brought.
  await context.addInitScript(() => {
    const every = window.setInterval.bind(window);
    Object.assign(window, {
      setInterval: (run: () => void, milliseconds: number) => (milliseconds === 5_000 ? 0 : every(run, milliseconds)),
    });
  });
  const customer = await context.newPage();
  await customer.goto(link.body.url);
  await customer.getByRole("button", { name: "Continue to Acme CRM" }).click();
  await customer.getByRole("button", { name: /Edsger Dijkstra/ }).click();
  await customer.getByRole("button", { name: "Allow" }).click();
  await customer.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(customer.getByRole("heading", { name: /is connected to/ })).toBeVisible();
  const [{ id }] = (await demo.call("GET", "/integrated-accounts?tenant_id=browser-live")).body.data;

  await signIn(customer);
  const open = async (path: string, hasStream = true): Promise<Page> => {
    const page = await context.newPage();
    if (!hasStream) await page.route("**/events/stream*", (route) => route.abort());
    const stream = page.waitForRequest(/\/events\/stream/);
    await page.goto(demo.origin + path);
    await stream;
    return page;
  };
  const account = await open(`/accounts/${id}`);
  const overview = await open("/");
  const deaf = await open(`/accounts/${id}`, false);
  await expect(account.getByText("Active", { exact: true }).first()).toBeVisible();
  const attention = overview.getByRole("region", { name: /^Needs attention/ }).getByText("browser-live");
  await expect(attention).toHaveCount(0);

  await customer.goto(`${demo.labOrigin}/grants?person=edsger`);
  const revoke = customer.getByRole("button", { name: /Revoke/ });
  for (let left = await revoke.count(); left > 0; left -= 1) await revoke.first().click();
  await expect(revoke).toHaveCount(0);
  // The next refresh meets it, here one that the product asked for.
  await demo.call("POST", `/integrated-accounts/${id}/refresh`);
  const { body } = await demo.call("GET", `/integrated-accounts/${id}`);
  expect(body.status).toBe("needs_reauth");

  await expect(account.getByText(/Needs re-authorization/).first()).toBeVisible();
  await expect(account.getByRole("main")).toContainText(body.last_error.message.replace(/\.$/, ""));
  await expect(attention).toBeVisible();
  // Whoever gets no events and looks at nothing knows nothing: the others did not learn it another way.
  await expect(deaf.getByText("Active", { exact: true }).first()).toBeVisible();
  await expect(deaf.getByText(/Needs re-authorization/)).toHaveCount(0);
  await context.close();
});

test("the web process holds no key, no secret, no session of its visitors and no database driver, neither in its environment nor in its memory", async ({
  page,
}) => {
  const { findWebSecrets } = await import("./inspect-web.ts");
  const state = JSON.parse(readFileSync(join(directory, "demo.json"), "utf8")) as { secret: string; keyring: string };
  const issued = readFileSync(join(directory, "lab/journal.jsonl"), "utf8");
  const tokens = [...new Set([...issued.matchAll(/[A-Za-z0-9_-]{43}/g)].map(([token]) => token))];
  expect(tokens.length).toBeGreaterThan(10);
  const [account] = (await demo.call("GET", "/integrated-accounts?status=active")).body.data as { id: string }[];
  const served = await demo.call("GET", `/integrated-accounts/${account?.id}/token`);
  expect(served.status).toBe(200);
  await signIn(page);
  for (const path of ["/accounts", `/accounts/${account?.id}`, "/administrators"]) {
    await page.goto(demo.origin + path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  }
  const cookies = (await page.context().cookies()).filter(({ name }) => /session-token|csrf-token/.test(name));
  expect(cookies.map(({ name }) => name).toSorted()).toEqual(["authjs.csrf-token", "authjs.session-token"]);
  const found = await findWebSecrets({
    pids: demo.processes(),
    webPort: ports.WEB_PORT,
    secrets: [
      state.secret,
      state.keyring.split(":")[1] ?? "",
      demo.apiKey,
      demo.password,
      ...cookies.map(({ value }) => decodeURIComponent(value)),
      String(served.body.access_token),
      ...tokens,
    ],
    shown: demo.origin,
  });
  expect(found.environment).toEqual([]);
  expect(found.modules).toEqual([]);
  expect(found.memory).toEqual([]);
  expect(found.moduleCount).toBeGreaterThan(100);
  expect(found.isRead).toBe(true);
});

test("no log of the demo holds a key, a password or a token", async () => {
  const issued = readFileSync(join(directory, "lab/journal.jsonl"), "utf8");
  const tokens = new Set([...issued.matchAll(/[A-Za-z0-9_-]{43}/g)].map(([token]) => token));
  expect(tokens.size).toBeGreaterThan(10);
  const logs = readdirSync(join(directory, "logs"))
    .map((name) => readFileSync(join(directory, "logs", name), "utf8"))
    .join("\n");
  expect(logs.length).toBeGreaterThan(1000);
  for (const secret of [demo.apiKey, demo.password, ...tokens])
    expect(logs.includes(secret), secret.slice(0, 6)).toBe(false);
});

test("the database killed with -9 comes back by itself, and no grant is lost", async () => {
  const pid = Number(readFileSync(join(directory, "postgres/data/postmaster.pid"), "utf8").split("\n")[0]);
  process.kill(pid, "SIGKILL");
  await waitFor(() => !isAlive(pid), 10);
  await waitFor(async () => (await demo.call("GET", "/integrated-accounts").catch(() => null))?.status === 200, 60);
  const { body } = await demo.call("GET", "/integrated-accounts?tenant_id=flight-dynamics");
  const refreshed = await demo.call("POST", `/integrated-accounts/${body.data[0].id}/refresh`);
  expect(refreshed.status).toBe(200);
});

test("Ctrl-C leaves no process behind, and a second start finds its data", async () => {
  const before = (await demo.call("GET", "/integrated-accounts")).body.data.map((one: { id: string }) => one.id);
  const processes = demo.processes();
  expect(processes.length).toBeGreaterThan(6);
  expect(await demo.interrupt()).toBe(0);
  expect(processes.filter(isAlive)).toEqual([]);

  const { apiKey } = demo;
  demo = await startDemo(directory, ports);
  expect(demo.apiKey).toBe(apiKey);
  const after = (await demo.call("GET", "/integrated-accounts")).body.data.map((one: { id: string }) => one.id);
  expect(after).toEqual(before);
});

test("with everything of it killed with -9, the next start recovers", async () => {
  const before = (await demo.call("GET", "/integrated-accounts")).body.data.length;
  const processes = demo.processes();
  for (const pid of processes) if (isAlive(pid)) process.kill(pid, "SIGKILL");
  await waitFor(() => !processes.some(isAlive), 20);
  demo = await startDemo(directory, ports);
  expect((await demo.call("GET", "/integrated-accounts")).body.data).toHaveLength(before);
  const { body } = await demo.call("GET", "/integrated-accounts?tenant_id=flight-dynamics");
  const refreshed = await demo.call("POST", `/integrated-accounts/${body.data[0].id}/refresh`);
  expect(refreshed.status).toBe(200);
});
