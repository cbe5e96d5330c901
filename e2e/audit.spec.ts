import { expect, expectAccessibleInBothThemes, expectNoSideways, test } from "./pages-fixtures.ts";
import { ids } from "./stub-accounts.ts";
import { auditFault, auditIds, emptyAudit } from "./stub-audit.ts";

// Without transitions a theme is judged by its colours, not by a moment between two.
test.use({ contextOptions: { reducedMotion: "reduce" } });

test.describe("the audit log", () => {
  test("says in words who did what, and unfolds into all that a record says", async ({ page }) => {
    await page.goto("/");
    await page.getByRole("link", { name: "Audit log" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Audit log");
    const rows = page.getByRole("list", { name: "Records" }).locator("summary");
    await expect(rows).toHaveCount(50);
    await expect(rows.nth(0)).toContainText("Credential opened for a token read");
    await expect(rows.nth(2)).toContainText("active → needs_reauth");
    await expect(rows.filter({ hasText: "key.of_a_later_version" })).toContainText("something_new");
    await expectAccessibleInBothThemes(page, "audit");

    await rows.nth(1).click();
    const record = page.locator(`#${auditIds.opened}`);
    await expect(record.getByText("token_set")).toBeVisible();
    await expect(record.getByRole("link", { name: ids.revoked })).toHaveAttribute("href", `/accounts/${ids.revoked}`);
    await rows.nth(0).click();
    await expect(page.locator(`#${auditIds.unsealed}`).getByText("Not in the chain yet")).toBeVisible();
    await expectAccessibleInBothThemes(page, "audit-record");
  });

  test("is searched by action, actor, account and time, which stand in the address", async ({ page }) => {
    await page.goto("/audit");
    const rows = page.getByRole("list", { name: "Records" }).locator("summary");
    await page.getByLabel("Action").selectOption({ label: "API key made" });
    await expect(page).toHaveURL("/audit?action=api_key.created");
    await expect(rows).toHaveCount(1);
    await page.getByRole("link", { name: "Clear" }).click();
    await expect(page).toHaveURL("/audit");
    await page.getByLabel("Actor").fill(auditIds.admin);
    await page.getByRole("button", { name: "Filter" }).click();
    await expect(page).toHaveURL(`/audit?actor=${auditIds.admin}`);
    await expect(rows).toHaveCount(2);
    await rows.first().click();
    await page.getByRole("link", { name: "Of this action" }).click();
    await expect(page).toHaveURL(`/audit?actor=${auditIds.admin}&action=user.signed_in`);
    await expect(rows).toHaveCount(1);

    await page.goto(`/audit?account=${ids.revoked}`);
    await expect(page.getByLabel("Account")).toHaveValue(ids.revoked);
    await expect(rows.filter({ hasText: "API key made" })).toHaveCount(0);
    await page.getByRole("link", { name: "Older" }).click();
    await expect(page).toHaveURL(/cursor=50/);
    await page.getByRole("link", { name: "Newest" }).click();
    await page.getByLabel("From (UTC)").fill("2020-01-01T00:00");
    await page.getByLabel("Until (UTC)").fill("2020-01-02T00:00");
    await page.getByRole("button", { name: "Filter" }).click();
    await expect(page.getByText("No record matches")).toBeVisible();
    await page.getByRole("link", { name: "Show all records" }).click();
    await expect(rows).toHaveCount(50);
  });

  test("tells where its chain stands, and is verified on demand", async ({ page, stub }) => {
    await page.goto("/audit");
    const chain = page.getByRole("region", { name: "The chain" });
    await expect(chain).toContainText("12,408 records, the latest 2 min ago");
    await expect(chain).toContainText("up to record 12,390");
    await expect(chain).toContainText("All as it was written");
    await page.getByRole("button", { name: "Verify now" }).click();
    await expect(chain.getByText("Nothing was changed")).toBeVisible();
    await expectAccessibleInBothThemes(page, "audit-verified");

    stub.world.audit.verification = { ok: false, checked: 12_300, first_broken: auditFault };
    await page.getByRole("button", { name: "Verify now" }).click();
    await expect(chain.getByText("A record is not as it was written", { exact: true })).toBeVisible();
    await expect(chain).toContainText(`${auditIds.opened}, number 12,301`);
    await expectAccessibleInBothThemes(page, "audit-broken");
  });

  test("says so when the daily check found something, and when no worker seals", async ({ page, stub }) => {
    const { chain } = stub.world.audit;
    stub.world.audit.chain = {
      ...chain,
      looked_at: new Date(Date.now() - 3_600_000).toISOString(),
      latest_check: { at: new Date().toISOString(), from_seq: 1, to_seq: 12_300, fault: auditFault },
    };
    await page.goto("/audit");
    await expect(page.getByText("The daily check found a record that is not as it was written")).toBeVisible();
    await expect(page.getByText("Records wait for their links")).toBeVisible();
    await expectAccessibleInBothThemes(page, "audit-trouble");
  });

  test("says why it can't be verified", async ({ page, stub, faults }) => {
    faults.allow(/status of 503/);
    await page.goto("/audit");
    stub.failWith = 503;
    await page.getByRole("button", { name: "Verify now" }).click();
    await expect(page.getByText(/^Nothing was checked/)).toBeVisible();
  });

  test("that is empty says what will stand there", async ({ page, stub }) => {
    stub.world.audit = emptyAudit();
    await page.goto("/audit");
    await expect(page.getByText("Nothing was recorded yet")).toBeVisible();
    await expectAccessibleInBothThemes(page, "audit-empty");
  });

  test("is not offered to who may not read it", async ({ page, stub }) => {
    stub.role = "support";
    await page.goto("/");
    await expect(page.getByRole("link", { name: "Webhooks" })).toBeVisible();
    await expect(page.getByRole("link", { name: "Audit log" })).toHaveCount(0);
  });

  test("fits a phone", async ({ page, stub }) => {
    await page.setViewportSize({ width: 360, height: 780 });
    await page.goto("/audit");
    await page.getByRole("list", { name: "Records" }).locator("summary").nth(1).click();
    await expectNoSideways(page);
    await expectAccessibleInBothThemes(page, "audit-phone");
    await page.getByRole("list", { name: "Records" }).locator("summary").nth(1).scrollIntoViewIfNeeded();
    await expectAccessibleInBothThemes(page, "audit-phone-record");
    stub.world.audit.verification = { ok: false, checked: 12_300, first_broken: auditFault };
    await page.getByRole("button", { name: "Verify now" }).click();
    await expect(page.getByText("A record is not as it was written", { exact: true })).toBeVisible();
    await expectNoSideways(page);
  });
});
