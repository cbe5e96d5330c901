import type { Page } from "@playwright/test";
import { wholeCatalogue } from "./stub-integrations.ts";
import { approvalIds } from "./stub-approvals.ts";
import type { StubApi } from "./stub-api.ts";
import { expect, expectAccessibleInBothThemes, test } from "./pages-fixtures.ts";

const whole = (stub: StubApi): void => {
  stub.world.integrations = structuredClone(wholeCatalogue);
};
const editor = (page: Page) => page.getByLabel("Definition, as JSON");
const mistakes = (page: Page) => page.getByRole("region", { name: "Mistakes" });
/** What is typed before the page is at work is another test's. */
const open = async (page: Page, path: string): Promise<void> => {
  await page.goto(path);
  await expect(mistakes(page).getByText("No mistakes")).toBeVisible();
};
const puts = (stub: StubApi): string[] => stub.changes.filter((change) => change.startsWith("PUT "));

test.describe("a definition that is written", () => {
  test("is told its mistakes in place, as one types; a press on one goes there", async ({ page }) => {
    await open(page, "/new-integration?name=northwind");
    const text = await editor(page).inputValue();
    await editor(page).fill(text.replace('"label"', '"lable"').replace('"S256"', '"plain"'));
    await expect(mistakes(page).getByRole("status")).toHaveText("2 mistakes");
    await expect(editor(page)).toHaveAttribute("aria-invalid", "true");
    const listed = mistakes(page).getByRole("button");
    await expect(listed.nth(0)).toHaveText(/^Line\s*3:?.*\/lable/);
    await listed.nth(1).click();
    await expect(editor(page)).toBeFocused();
    const selected = await editor(page).evaluate((area: HTMLTextAreaElement) =>
      area.value.slice(area.selectionStart, area.selectionEnd),
    );
    expect(selected).toBe('"method"');
    await expectAccessibleInBothThemes(page, "definition-mistakes");
  });

  test("is told at once where it is no JSON, without the API", async ({ page, stub }) => {
    await open(page, "/new-integration");
    const asked = stub.changes.length;
    await editor(page).fill('{\n  "name": "a",\n}');
    await expect(mistakes(page).getByText("This is no JSON yet")).toBeVisible();
    await expect(mistakes(page).getByRole("button")).toHaveText(/^Line\s*3:?, column 1.*remove the comma/);
    expect(stub.changes).toHaveLength(asked);
    await expect(page.getByRole("button", { name: "Format" })).toBeDisabled();
  });

  test("is formatted, and taken back with one step of undo", async ({ page }) => {
    await open(page, "/new-integration");
    await editor(page).fill('{"name":"a","credentials":{"format":"api_key"}}');
    await page.getByRole("button", { name: "Format" }).click();
    await expect(editor(page)).toHaveValue('{\n  "name": "a",\n  "credentials": {\n    "format": "api_key"\n  }\n}');
  });

  test("keeps nobody in: who comes by Tab leaves by it, and after Escape it leads on", async ({ page }) => {
    await open(page, "/new-integration");
    await page.getByRole("radio", { name: /^OAuth 2.0/ }).focus();
    await page.keyboard.press("Tab");
    await expect(editor(page)).toBeFocused();
    const before = await editor(page).inputValue();
    await page.keyboard.press("Tab");
    await expect(editor(page)).not.toBeFocused();
    await page.keyboard.press("Shift+Tab");
    await expect(editor(page)).toBeFocused();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("Tab");
    await expect(editor(page)).toHaveValue(`  ${before}`);
    await page.keyboard.press("Shift+Tab");
    await expect(editor(page)).toHaveValue(before);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    await expect(editor(page)).not.toBeFocused();
  });

  test("breaks lines where they began, and undo takes it back", async ({ page }) => {
    await open(page, "/new-integration");
    await editor(page).fill("{}");
    await editor(page).press("ArrowLeft");
    await editor(page).press("Enter");
    await expect(editor(page)).toHaveValue("{\n  \n}");
    await editor(page).press("Control+z");
    await expect(editor(page)).toHaveValue("{}");
  });

  test("starts from a template for what a customer gives, and from a copy", async ({ page, stub }) => {
    whole(stub);
    await open(page, "/new-integration?name=northwind");
    await page.getByRole("radio", { name: /^API key/ }).check();
    await expect(editor(page)).toHaveValue(/"format": "api_key"/);
    await editor(page).press("End");
    await page.keyboard.type(" ");
    await expect(page.getByRole("radio", { name: /^OAuth 2.0/ })).toBeDisabled();
    await page.getByRole("button", { name: "Undo all" }).click();
    await open(page, "/new-integration?from=acme-crm");
    await expect(editor(page)).toHaveValue(/"name": "acme-crm-copy"/);
  });
});

test.describe("a definition that is saved", () => {
  test("is created after a look at what comes of it", async ({ page, stub }) => {
    await open(page, "/new-integration?name=northwind");
    await page.getByRole("button", { name: "Review and save…" }).click();
    const dialog = page.getByRole("dialog", { name: "Create northwind?" });
    await expect(dialog).toContainText("It is new in this environment.");
    await dialog.getByRole("button", { name: "Create" }).click();
    await expect(page).toHaveURL(/\/integrations\/northwind$/);
    expect(puts(stub)).toHaveLength(1);
    expect(puts(stub)[0]).toMatch(/^PUT \/api\/v1\/integrations\/northwind \{/);
  });

  test("shows the difference to what is in force first, and the catalogue's is covered", async ({ page, stub }) => {
    whole(stub);
    await open(page, "/integrations/asana/definition");
    await expect(page.getByRole("button", { name: "Review and save…" })).toBeDisabled();
    const text = await editor(page).inputValue();
    await editor(page).fill(text.replace('"Asana"', '"Asana (ours)"'));
    await page.getByRole("button", { name: "Review and save…" }).click();
    const dialog = page.getByRole("dialog", { name: "Save asana?" });
    await expect(dialog).toContainText("takes the place of the catalogue's definition");
    const diff = dialog.getByRole("region", { name: "Difference to what is in force" });
    await expect(diff.getByText('"label": "Asana (ours)",')).toBeVisible();
    await expect(diff.getByText('"label": "Asana",')).toBeVisible();
    await expectAccessibleInBothThemes(page, "definition-review");
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(page).toHaveURL(/\/integrations\/asana$/);
    await expect(page.getByText("defined in this environment")).toBeVisible();
  });

  test("waits for a second person where live accounts' credentials would go elsewhere", async ({ page, stub }) => {
    whole(stub);
    await open(page, "/integrations/acme-crm/definition");
    const text = await editor(page).inputValue();
    await editor(page).fill(text.replace("https://login.acme-crm.example", "https://login.elsewhere.example"));
    await page.getByRole("button", { name: "Review and save…" }).click();
    const dialog = page.getByRole("dialog", { name: "Save acme-crm?" });
    await expect(dialog.getByText("A second person has to approve this")).toBeVisible();
    await expect(dialog).toContainText("8134 accounts live on this definition");
    await expect(dialog.getByRole("button", { name: "Save", exact: true })).toHaveCount(0);
    await dialog.getByLabel(/^Why/).fill("Acme moved its sign-in");
    await expectAccessibleInBothThemes(page, "definition-approval");
    await dialog.getByRole("button", { name: "Ask for approval" }).click();
    await expect(page).toHaveURL(new RegExp(`/approvals/${approvalIds.hosts}$`));
    // The stub sees the path alone; that it asked is seen by its answer.
    expect(puts(stub)).toHaveLength(1);
  });

  test("says that secrets are erased where hosts change and nobody lives on it", async ({ page, stub }) => {
    whole(stub);
    await open(page, "/integrations/asana/definition");
    const text = await editor(page).inputValue();
    await editor(page).fill(text.replace("https://login.asana.example", "https://login.elsewhere.example"));
    await page.getByRole("button", { name: "Review and save…" }).click();
    await expect(page.getByRole("dialog").getByText("The client's secrets are erased")).toBeVisible();
  });

  test("stays as it was typed where the API does not answer, and warns before it is left", async ({
    page,
    stub,
    faults,
  }) => {
    faults.allow(/503/);
    await open(page, "/new-integration?name=northwind");
    const typed = (await editor(page).inputValue()).replace('"Northwind"', '"Northwind ERP"');
    await editor(page).fill(typed);
    stub.failWith = 503;
    await page.getByRole("button", { name: "Review and save…" }).click();
    await expect(page.getByRole("main").getByRole("alert")).toContainText("The database does not answer");
    await expect(editor(page)).toHaveValue(typed);
    stub.failWith = null;
    await page.getByRole("link", { name: "Accounts" }).click();
    const dialog = page.getByRole("alertdialog", { name: "Leave without saving?" });
    await dialog.getByRole("button", { name: "Stay here" }).click();
    await expect(editor(page)).toHaveValue(typed);
    await page.getByRole("link", { name: "Accounts" }).click();
    await dialog.getByRole("button", { name: "Leave" }).click();
    await expect(page).toHaveURL(/\/accounts$/);
  });

  test("asks before the browser is closed or reloaded over it", async ({ page }) => {
    await open(page, "/new-integration");
    await editor(page).press("End");
    await page.keyboard.type(" ");
    const typed = await editor(page).inputValue();
    const asked = page.waitForEvent("dialog");
    await page.evaluate(() => void setTimeout(() => location.reload()));
    const dialog = await asked;
    expect(dialog.type()).toBe("beforeunload");
    await dialog.dismiss();
    await expect(editor(page)).toHaveValue(typed);
  });

  test("is deleted only by who types its name", async ({ page, stub }) => {
    whole(stub);
    await open(page, "/integrations/very-long/definition");
    await page.getByRole("button", { name: "Delete this definition…" }).click();
    const dialog = page.getByRole("alertdialog");
    await expect(dialog.getByRole("button", { name: "Delete it" })).toBeDisabled();
    await dialog.getByLabel("Type very-long to delete it").fill("very-long");
    await dialog.getByRole("button", { name: "Delete it" }).click();
    await expect(page).toHaveURL(/\/integrations(?:\/very-long)?$/);
    await expect(page.getByText("The Integration With A Remarkably Long Name Ltd.")).toHaveCount(0);
    expect(stub.changes.some((change) => change.startsWith("DELETE /api/v1/integrations/very-long"))).toBe(true);
  });
});
