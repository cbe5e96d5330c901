import { expect, expectAccessibleInBothThemes, test } from "./pages-fixtures.ts";
import { wholeCatalogue } from "./stub-integrations.ts";
import { badScript, checkRun } from "./stub-checks.ts";
import type { StubApi } from "./stub-api.ts";

const whole = (stub: StubApi): void => {
  stub.world.integrations = structuredClone(wholeCatalogue);
};

test.describe("a check against the lab", () => {
  test("shows each scenario as it ends, and then what came of all", async ({ page, stub }) => {
    whole(stub);
    stub.world.checks.script = badScript();
    await page.goto("/integrations/acme-crm/check");
    await page.getByRole("button", { name: "Check Acme CRM" }).click();
    expect(stub.changes.at(-1)).toBe("POST /api/v1/integrations/acme-crm/checks {}");
    await expect(page.getByRole("button", { name: "Checking…" })).toBeDisabled();
    const scenarios = page.getByRole("list", { name: "Scenarios" });
    await expect(scenarios.getByText("Somebody connects")).toBeVisible();
    await expect(page.getByRole("status").getByText("1 of 4 not as the definition has it")).toBeVisible({
      timeout: 30_000,
    });
    // What went otherwise stands first.
    await expect(scenarios.locator(":scope > li").first()).toContainText(
      "Expected reauthorize (rfc6749.invalid_grant), saw in_doubt (answer.unreadable).",
    );
    await expect(scenarios.getByText("The answer could not be read: it holds no access token.")).toBeVisible();
    await page.getByText("What does not apply").click();
    await expect(page.getByText("The second step fails: the document declares no second step")).toBeVisible();
    await expectAccessibleInBothThemes(page, "check-live");
    await expect(page.getByRole("button", { name: "Check again" })).toBeEnabled();
  });

  test("is the last tab, which a phone brings into sight by itself", async ({ page, stub }) => {
    whole(stub);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto("/integrations/acme-crm/check");
    const tab = page.getByRole("link", { name: "Check", exact: true });
    // All but the pixel that lies on the line below.
    await expect(tab).toBeInViewport({ ratio: 0.9 });
    await expect(page.getByRole("link", { name: "Health and client" })).not.toBeInViewport({ ratio: 1 });
  });

  test("says that another one is under way, and starts none", async ({ page, stub, faults }) => {
    whole(stub);
    faults.allow(/409/);
    stub.world.checks.runs = [checkRun({ integration_name: "hubspot" })];
    await page.goto("/integrations/acme-crm/check");
    await page.getByRole("button", { name: "Check Acme CRM" }).click();
    await expect(page.getByRole("main").getByRole("alert")).toContainText(
      "Another check is under way in this environment, of hubspot.",
    );
  });

  test("is offered to nobody whose role may not, and where there is no lab it says how to come to one", async ({
    page,
    stub,
  }) => {
    whole(stub);
    stub.role = "support";
    await page.goto("/integrations/acme-crm/check");
    await expect(page.getByRole("heading", { level: 1, name: "Acme CRM" })).toBeVisible();
    await expect(page.getByRole("button", { name: /^Check/ })).toHaveCount(0);
    stub.role = "operator";
    stub.world.checks.how = "Set EVERGRANT_LAB_CHECKS=on for api and worker.";
    await page.goto("/integrations/acme-crm/check");
    await expect(page.getByText("Checks are not offered here")).toBeVisible();
    await expect(page.getByRole("button", { name: /^Check/ })).toHaveCount(0);
  });

  test("tries what stands in the editor, before it is saved", async ({ page, stub }) => {
    whole(stub);
    await page.goto("/new-integration?name=northwind");
    const region = page.getByRole("region", { name: "Trial against the lab" });
    await region.getByRole("button", { name: "Try it against the lab" }).click();
    await expect(region.getByText("All 3 as the definition has it")).toBeVisible({ timeout: 30_000 });
    const started = stub.changes.find((change) => change.includes("/checks")) ?? "";
    expect(started).toMatch(/^POST \/api\/v1\/integrations\/northwind\/checks \{"document":\{/);
    await page.getByLabel("Definition, as JSON").fill("{");
    await expect(region.getByRole("button")).toBeDisabled();
  });
});
