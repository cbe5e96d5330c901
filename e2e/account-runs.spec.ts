import { ids } from "./stub-accounts.ts";
import { runIds } from "./stub-account-runs.ts";
import { expect, expectAccessible, expectAccessibleInBothThemes, expectNoSideways, test } from "./pages-fixtures.ts";

test.describe("many accounts at once", () => {
  test("are chosen with the keyboard, counted, refreshed, and each has what came of it", async ({ page, stub }) => {
    await page.goto("/accounts?integration_name=hubspot");
    await page.getByRole("checkbox", { name: "Select contoso" }).focus();
    await page.keyboard.press("Space");
    const bar = page.getByRole("region", { name: "Selected accounts" });
    await expect(bar.getByText("1 account selected")).toBeVisible();
    await page.getByRole("checkbox", { name: "Select fabrikam" }).click({ modifiers: ["Shift"] });
    await expect(bar.getByText("2 accounts selected")).toBeVisible();
    await expectAccessible(page);
    await bar.getByRole("button", { name: "Refresh…" }).click();
    const dialog = page.getByRole("alertdialog", { name: "Refresh 2 accounts?" });
    await expect(dialog.getByText("2 active.")).toBeVisible();
    await dialog.getByLabel("Reason").fill("The outage is over");
    await expectAccessibleInBothThemes(page, "dialog-run");
    await dialog.getByRole("button", { name: "Refresh 2 accounts" }).click();
    await expect(page).toHaveURL(/\/accounts\/runs\/run_begun/);
    expect(stub.changes.at(-1)).toBe(
      `POST /api/v1/account-runs ${JSON.stringify({
        action: "refresh",
        ids: [ids.failing, ids.stalled],
        at_most: 2,
        reason: "The outage is over",
      })}`,
    );
    await expect(page.getByRole("heading", { name: "Refresh 2 accounts" })).toBeVisible();
    // It goes on by itself.
    await expect(page.getByRole("list", { name: "Accounts by outcome" }).getByText("2 done")).toBeVisible();
    await expect(page.getByRole("table", { name: "Accounts of this run" }).getByText("Done")).toHaveCount(2);
    await page.getByRole("link", { name: "contoso" }).click();
    await expect(page).toHaveURL(`/accounts/${ids.failing}`);
  });

  test("are all that a filter finds, and no more than were counted", async ({ page, stub, faults }) => {
    const [first] = stub.world.accounts;
    if (first === undefined) throw new Error("the usual world has accounts");
    stub.world.accounts = Array.from({ length: 60 }, (_, n) => ({
      ...first,
      id: `ia_${String(n).padStart(24, "0")}`,
      tenant_id: `crowd-${n}`,
    }));
    await page.goto("/accounts?search=crowd");
    await page.getByRole("checkbox", { name: "Select all on this page" }).check();
    const bar = page.getByRole("region", { name: "Selected accounts" });
    await bar.getByRole("button", { name: "Select all 60 that match" }).click();
    await expect(bar.getByText("All 60 that match are selected")).toBeVisible();
    await bar.getByRole("button", { name: "Disconnect…" }).click();
    const dialog = page.getByRole("alertdialog", { name: "Disconnect 60 accounts?" });
    const button = dialog.getByRole("button", { name: "Disconnect 60 accounts" });
    await expect(button).toBeDisabled();
    await dialog.getByLabel("Type 60 to disconnect so many").fill("60");
    // One more comes meanwhile.
    stub.world.accounts.push({ ...first, id: `ia_${"9".repeat(24)}`, tenant_id: "crowd-60" });
    faults.allow(/status of 409/);
    await button.click();
    await expect(dialog.getByRole("alert").getByText("More than 60 accounts match by now")).toBeVisible();
    await dialog.getByRole("button", { name: "Count again" }).click();
    await expect(page.getByRole("alertdialog", { name: "Disconnect 61 accounts?" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Disconnect 61 accounts" })).toBeDisabled();
    await page.keyboard.press("Escape");
    await bar.getByRole("button", { name: "Clear the selection" }).click();
    await expect(bar).toHaveCount(0);
  });

  test("are chosen of one filter: another one means other accounts, and has none chosen", async ({ page, stub }) => {
    const [first] = stub.world.accounts;
    if (first === undefined) throw new Error("the usual world has accounts");
    stub.world.accounts = Array.from({ length: 120 }, (_, n) => ({
      ...first,
      id: `ia_${String(n).padStart(24, "0")}`,
      tenant_id: n < 60 ? `crowd-${n}` : `heap-${n}`,
    }));
    await page.goto("/accounts?search=crowd");
    await page.getByRole("checkbox", { name: "Select all on this page" }).check();
    const bar = page.getByRole("region", { name: "Selected accounts" });
    await bar.getByRole("button", { name: "Select all 60 that match" }).click();
    await page.getByRole("link", { name: "Next page" }).click();
    await expect(page).toHaveURL(/cursor=/);
    await expect(bar.getByText("All 60 that match are selected")).toBeVisible();
    await page.getByRole("searchbox").fill("heap");
    await page.getByRole("searchbox").press("Enter");
    await expect(page.getByRole("link", { name: "heap-60" })).toBeVisible();
    await expect(bar).toHaveCount(0);
    await expect(page.getByRole("checkbox", { name: "Select heap-60" })).not.toBeChecked();
  });

  test("ask who it is before they are disconnected", async ({ page, stub, faults }) => {
    faults.allow(/status of 403/);
    await page.goto("/accounts?integration_name=hubspot");
    await page.getByRole("checkbox", { name: "Select all on this page" }).check();
    await page.getByRole("button", { name: "Disconnect…" }).click();
    await page.getByLabel("Type 2 to disconnect so many").fill("2");
    stub.isConfirmed = false;
    await page.getByRole("button", { name: "Disconnect 2 accounts" }).click();
    await page.getByLabel("Password").fill("correct horse");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/accounts\/runs\/run_begun/);
  });

  test("can be selected and undone on a phone", async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto("/accounts");
    await page.getByRole("checkbox", { name: "Select northwind" }).check();
    await expect(page.getByRole("region", { name: "Selected accounts" })).toBeInViewport();
    await expectNoSideways(page);
    await expectAccessible(page);
  });

  for (const role of ["support", "auditor"] as const) {
    test(`can be looked at by ${role}, and not chosen`, async ({ page, stub }) => {
      stub.role = role;
      await page.goto("/accounts");
      await expect(page.getByRole("link", { name: "northwind" })).toBeVisible();
      await expect(page.getByRole("checkbox", { name: /^Select/ })).toHaveCount(0);
      await page.getByRole("link", { name: "Bulk runs" }).click();
      await page.getByRole("link", { name: "Refresh 1,412 accounts" }).click();
      await expect(page.getByRole("heading", { name: "Refresh 1,412 accounts" })).toBeVisible();
      await expect(page.getByRole("button", { name: /Pause|Cancel/ })).toHaveCount(0);
    });
  }
});

test.describe("a run", () => {
  test("is paused, slowed down, resumed and cancelled", async ({ page, stub }) => {
    const path = `/api/v1/account-runs/${runIds.running}`;
    await page.goto(`/accounts/runs/${runIds.running}`);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByLabel("Pace").selectOption("2 a second");
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("button", { name: "Cancel…" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Cancel the run" }).click();
    await expect(page.getByText("Cancelled", { exact: true })).toBeVisible();
    await expect(page.getByRole("button", { name: "Resume" })).toHaveCount(0);
    expect(stub.changes).toEqual([
      `PATCH ${path} {"state":"paused"}`,
      `PATCH ${path} {"pace":2}`,
      `PATCH ${path} {"state":"running"}`,
      `PATCH ${path} {"state":"cancelled"}`,
    ]);
  });

  test("says why it rests, and leads to what was selected", async ({ page }) => {
    await page.goto(`/accounts/runs/${runIds.rests}`);
    await expect(page.getByText("whoever began it may no longer do this")).toBeVisible();
    await page.getByRole("link", { name: "What a filter found" }).click();
    await expect(page).toHaveURL(/\/accounts\?hold=true$/);
  });

  test("shows failures by themselves, each with its code", async ({ page }) => {
    await page.goto(`/accounts/runs/${runIds.troubled}`);
    await page.getByRole("link", { name: "Failed 2" }).click();
    await expect(page).toHaveURL(/\?outcome=failed$/);
    const table = page.getByRole("table", { name: "Accounts of this run" });
    await expect(table.getByText("needs_reauth")).toBeVisible();
    await expect(table.getByRole("row")).toHaveCount(3);
  });

  test("shows its links to whoever began it, and has them in a file", async ({ page, stub }) => {
    await page.goto(`/accounts/runs/${runIds.links}`);
    // The page itself is made without them.
    expect(await page.content()).not.toContain("lt_");
    await page.getByRole("button", { name: "Show links" }).click();
    await expect(page.getByRole("list", { name: "Links", exact: true }).getByRole("listitem")).toHaveCount(2);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`${runIds.links}-links.csv`);
    for (const run of stub.world.runs.runs) run.created_by = "usr_2";
    await page.reload();
    await expect(page.getByText("The links are shown to whoever began the run")).toBeVisible();
    await expect(page.getByRole("button", { name: "Show links" })).toHaveCount(0);
  });
});
