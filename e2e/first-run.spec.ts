import { expect, expectAccessible, expectAccessibleInBothThemes, expectNoSideways, test } from "./pages-fixtures.ts";
import { emptyWorld, usualWorld } from "./stub-accounts.ts";
import type { StubApi } from "./stub-api.ts";
import { untouchedIntegrations } from "./stub-integrations.ts";

/** As it is after the installation: a catalogue, and nothing of it set up. */
const arrange = (stub: StubApi): void => {
  stub.world = emptyWorld();
  stub.world.integrations = structuredClone(untouchedIntegrations);
};

test("a new installation leads from nothing to the first webhook, each step ticked by what the API tells", async ({
  page,
  stub,
}) => {
  arrange(stub);
  await page.goto("/");
  const guide = page.getByRole("region", { name: "Three steps to the first account" });
  await expect(guide).toContainText("0 of 3 done");
  await expectAccessibleInBothThemes(page, "first-run");

  await guide.getByLabel("Provider").selectOption("Pipedrive");
  const uri = guide.getByText("https://connect.example/oauth/callback/pipedrive");
  await expect(uri).toBeVisible();
  await guide.getByLabel("Client id").fill("an-id");
  await guide.getByLabel(/^Client secret/).fill("a-secret");
  await expectAccessible(page);
  await guide.getByRole("button", { name: "Set the client" }).click();
  await expect(guide).toContainText("1 of 3 done");
  await expect(guide).toContainText("Pipedrive can be connected.");
  await expect(page.getByText("a-secret")).toHaveCount(0);

  await expect(guide.getByLabel("Integration")).toHaveValue("pipedrive");
  const opened = page.waitForEvent("popup");
  await guide.getByRole("button", { name: "Open the connect page" }).click();
  await expect.poll(async () => (await opened).url()).toContain("/connect/lt_");
  expect(stub.changes.at(-1)).toBe(
    'POST /api/v1/link-tokens {"tenant_id":"test-customer","integration_name":"pipedrive","expires_in":3600}',
  );

  // The customer came back: with the account the overview is an overview, and the guide stays on it until its end.
  stub.world.accounts = usualWorld()
    .accounts.filter(({ status }) => status === "active")
    .slice(0, 1);
  stub.world.health = usualWorld().health.slice(0, 1);
  await expect(guide).toContainText("2 of 3 done", { timeout: 30_000 });
  await expectAccessibleInBothThemes(page, "first-run-connected");
  await expect(guide.getByRole("link", { name: "Add an endpoint" })).toBeVisible();

  // One that takes nothing says so, and where to look.
  const { endpoints } = usualWorld().webhooks;
  stub.world.webhooks = {
    ...usualWorld().webhooks,
    endpoints: endpoints.slice(0, 1).map((one) => ({ ...one, last_success_at: null, failures: 3 })),
  };
  await expect(guide.getByText("It did not take what was sent, 3 times")).toBeVisible({ timeout: 30_000 });
  await expect(guide.getByRole("link", { name: "See what it answered" })).toHaveAttribute("href", /^\/webhooks\/whe_/);
  await expectAccessibleInBothThemes(page, "first-run-refused");
  await page.setViewportSize({ width: 360, height: 800 });
  await expectNoSideways(page);
  await expectAccessibleInBothThemes(page, "first-run-refused-phone");
  await page.setViewportSize({ width: 1280, height: 800 });

  stub.world.webhooks = usualWorld().webhooks;
  const over = page.getByRole("region", { name: "That is all it takes" });
  await expect(over).toContainText("3 of 3 done", { timeout: 30_000 });
  await over.getByRole("button", { name: "Done" }).click();
  await expect(over).toHaveCount(0);
});

test("is skipped in this browser, and comes back from the menu", async ({ page, stub }) => {
  arrange(stub);
  await page.goto("/");
  await page.getByRole("button", { name: "Skip" }).click();
  await expect(page.getByRole("region", { name: /^Three steps/ })).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole("region", { name: /^Three steps/ })).toHaveCount(0);
  await page.getByRole("button", { name: /^Your account/ }).click();
  await page.getByRole("menuitem", { name: "First steps" }).click();
  await expect(page).toHaveURL(/\/first-steps$/);
  await expect(page.getByRole("region", { name: /^Three steps/ })).toBeVisible();
});

test("shows who only looks how far it is, and nothing to press", async ({ page, stub }) => {
  for (const role of ["support", "auditor"] as const) {
    arrange(stub);
    stub.role = role;
    await page.goto("/");
    const guide = page.getByRole("region", { name: /^Three steps/ });
    await expect(guide).toContainText("An owner or an operator does this.");
    await expect(guide.getByRole("combobox")).toHaveCount(0);
    await expect(guide.getByRole("button")).toHaveText(["Skip"]);
  }
});

test("an installation with accounts is not guided", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await expect(page.getByRole("region", { name: /^Three steps/ })).toHaveCount(0);
});
