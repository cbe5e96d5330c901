import { ids } from "./stub-accounts.ts";
import { expect, expectAccessibleInBothThemes, test } from "./pages-fixtures.ts";

test.describe("an account's own facts", () => {
  test("are changed as JSON, where it is said on which line it is none", async ({ page, stub }) => {
    await page.goto(`/accounts/${ids.active}`);
    await page.getByRole("button", { name: "Edit metadata…" }).click();
    const dialog = page.getByRole("dialog", { name: "Metadata" });
    const text = dialog.getByRole("textbox");
    await text.fill('{\n  "plan": team\n}');
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(dialog.getByRole("alert")).toContainText("This is no JSON yet: line 2");
    await expect(text).toHaveAttribute("aria-invalid", "true");
    await expectAccessibleInBothThemes(page, "account-metadata");
    expect(stub.changes).toEqual([]);

    await text.fill('{ "plan": "team" }');
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(dialog).toHaveCount(0);
    await expect(page.getByRole("region", { name: /^Metadata/ })).toContainText("team");
    expect(stub.changes).toEqual([`PATCH /api/v1/integrated-accounts/${ids.active} {"metadata":{"plan":"team"}}`]);
  });

  test("override a value for this account alone, and what was taken out is said to be gone", async ({
    page,
    stub,
    faults,
  }) => {
    faults.allow(/status of 422/);
    await page.goto(`/accounts/${ids.active}`);
    const edit = page.getByRole("button", { name: "Edit overrides…" });
    await edit.click();
    const dialog = page.getByRole("dialog", { name: "Overrides of this account" });
    const text = dialog.getByRole("textbox");
    const overrides = (seconds: number): string =>
      JSON.stringify({ credentials: { config: { refresh: { bufferSeconds: seconds } } } });
    await text.fill(overrides(99_999));
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(dialog.getByRole("alert")).toContainText("/credentials/config/refresh/bufferSeconds");
    // What was typed is not lost with the refusal.
    await expect(text).toHaveValue(overrides(99_999));

    await text.fill(overrides(120));
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(dialog).toHaveCount(0);
    const row = page.getByRole("row").filter({ hasText: "bufferSeconds" });
    await expect(row).toContainText("120");
    await expect(row).toContainText("This account");

    await edit.click();
    await text.fill("{}");
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(dialog).toHaveCount(0);
    expect(stub.changes.at(-1)).toContain('{"overrides":{"credentials":null}}');
  });

  test("are read, and not offered to be changed, by who may not", async ({ page, stub }) => {
    for (const role of ["support", "auditor"] as const) {
      stub.role = role;
      await page.goto(`/accounts/${ids.active}`);
      await expect(page.getByRole("heading", { name: /^Configuration/ })).toBeVisible();
      await expect(page.getByRole("button", { name: /^Edit/ })).toHaveCount(0);
    }
  });
});

test.describe("what is in force for an account", () => {
  test("is found by a part of its path, and by the level that says it", async ({ page }) => {
    await page.goto(`/accounts/${ids.active}`);
    const rows = page.getByRole("region", { name: /^Configuration/ }).getByRole("row");
    await page.getByLabel("Search the values in force").fill("rotation");
    await expect(rows.filter({ hasText: "single_use" })).toHaveCount(1);
    await expect(page.getByText("1 value", { exact: true })).toBeVisible();
    await page.getByLabel("Search the values in force").fill("");
    await page.getByLabel("Level", { exact: true }).selectOption("This account");
    await expect(page.getByText("This account overrides nothing.")).toBeVisible();
  });
});

test.describe("the timeline of an account", () => {
  test("shows what somebody asks for alone, by an address of its own", async ({ page }) => {
    await page.goto(`/accounts/${ids.revoked}`);
    const entries = page.getByRole("list", { name: "Timeline" }).getByRole("listitem");
    await expect(entries.filter({ hasText: "Grant ended" })).toHaveCount(1);
    await page.getByRole("navigation", { name: "What is shown" }).getByRole("link", { name: "Events" }).click();
    await expect(page).toHaveURL(/\?show=event#timeline$/);
    await expect(entries.filter({ hasText: "Re-authorization needed" })).toHaveCount(1);
    await expect(entries.filter({ hasText: "Grant ended" })).toHaveCount(0);
    await page.reload();
    await expect(entries.filter({ hasText: "Grant ended" })).toHaveCount(0);
  });
});
