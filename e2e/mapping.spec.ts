import type { Page } from "@playwright/test";
import { expect, expectAccessibleInBothThemes, test } from "./pages-fixtures.ts";
import { wholeCatalogue } from "./stub-integrations.ts";

const path = "/integrations/hubspot/mapping";
const mapping = (page: Page) => page.getByLabel("Mapping, as JSON");
const sample = (page: Page) => page.getByLabel("Sample answer, as JSON");
const given = (page: Page) => page.getByLabel("What a caller gives, as JSON");
const records = (page: Page) => page.getByRole("region", { name: "Records that a caller gets" });
const mistakes = (page: Page) => page.getByRole("region", { name: "Mistakes", exact: true });

/** What is typed before the page is at work is another test's. */
async function open(page: Page): Promise<void> {
  await page.goto(path);
  await expect(mistakes(page).getByText("No mistakes")).toBeVisible();
}

async function change(page: Page, from: string, to: string): Promise<void> {
  const text = await mapping(page).inputValue();
  expect(text).toContain(from);
  await mapping(page).fill(text.replace(from, to));
}

test.describe("a mapping at work", () => {
  test("shows what a caller gets of an answer, as one types", async ({ page, stub }) => {
    await open(page);
    await expect(records(page)).toContainText('"first_name": "Ada"');
    await sample(page).fill('{"results": [{"id": "7", "properties": {"firstname": "Grace"}}, {"id": "8"}]}');
    await expect(records(page)).toContainText('"first_name": "Grace"');
    await expect(page.getByText("2 records. The last page.")).toBeVisible();
    await change(page, '"properties.firstname"', '"$uppercase(properties.firstname)"');
    await expect(records(page)).toContainText('"first_name": "GRACE"');
    // Nothing but questions.
    expect(stub.changes.filter((one) => !one.includes("/mappings/try "))).toEqual([]);
  });

  test("tells an expression that fails in its place, and still shows the rest", async ({ page }) => {
    await open(page);
    await change(page, '"properties.firstname"', '"$sum(properties.firstname)"');
    await expect(mistakes(page).getByRole("status")).toHaveText("1 mistake");
    await expect(mistakes(page).getByRole("button")).toHaveText(/\/fields\/first_name\/read.*failed/i);
    await expect(records(page)).toContainText('"last_name": "Lovelace"');
    await mistakes(page).getByRole("button").click();
    await expect(mapping(page)).toBeFocused();
    const selected = await mapping(page).evaluate((area: HTMLTextAreaElement) =>
      area.value.slice(area.selectionStart, area.selectionEnd),
    );
    expect(selected).toBe('"read"');
    await expectAccessibleInBothThemes(page, "mapping-mistake");
  });

  test("shows what would be sent for what a caller writes, and tells what can't be", async ({ page }) => {
    await open(page);
    await page.getByText("Make a request").click();
    await page.getByLabel("Endpoint").selectOption("create");
    await given(page).fill('{"first_name": "Grace", "emails": [{"address": "grace@example.com"}]}');
    await expect(page.getByText("POST/crm/v3/objects/contacts")).toBeVisible();
    await expect(page.getByRole("region", { name: "Body that would be sent" })).toContainText('"firstname": "Grace"');
    await given(page).fill('{"company_id": "5"}');
    const wrong = page.getByRole("region", { name: "Mistakes in the sample" });
    await expect(wrong.getByRole("button")).toHaveText(/\/company_id.*can't be written/i);
    await expect(given(page)).toHaveAttribute("aria-invalid", "true");
    await expectAccessibleInBothThemes(page, "mapping-request");
  });

  test("begins an update that reads first with what it would read", async ({ page, stub }) => {
    const employees = {
      fields: { id: { read: "id" }, first_name: { read: "first", write: { "/first": "first_name" } } },
      endpoints: {
        get: { path: "/employees/{id}" },
        update: { method: "PUT", path: "/employees/{id}", readsFirst: true, body: { "/version": "$current.version" } },
      },
    };
    stub.world.integrations = [
      ...structuredClone(wholeCatalogue),
      {
        name: "gusto",
        label: "Gusto",
        format: "oauth2",
        origin: "platform",
        unified: ["hris/employees"],
        definition: { unified: { hris: { employees } } },
      },
    ];
    await page.goto("/integrations/gusto/mapping?model=hris/employees");
    await expect(mistakes(page).getByText("No mistakes")).toBeVisible();
    await page.getByText("Make a request").click();
    await page.getByLabel("Endpoint").selectOption("update");
    await expect(given(page)).toHaveValue(/"current": \{/);
    await given(page).fill('{"id": "7", "first_name": "Ada", "current": {"version": "v3"}}');
    await expect(page.getByText("PUT/employees/7")).toBeVisible();
    await expect(page.getByRole("region", { name: "Body that would be sent" })).toContainText('"version": "v3"');
    await expectAccessibleInBothThemes(page, "mapping-reads-first");
    await page.setViewportSize({ width: 360, height: 740 });
    await expectAccessibleInBothThemes(page, "mapping-reads-first-phone");
  });

  test("shows the problem that a refusal becomes", async ({ page }) => {
    await open(page);
    await page.getByLabel("Status").fill("404");
    await sample(page).fill('{"message": "no such contact"}');
    await expect(page.getByText("404 for the caller")).toBeVisible();
    await expect(page.getByText("The provider says: no such contact")).toBeVisible();
  });

  test("keeps what was typed for each endpoint, and what can be done follows the mapping", async ({ page }) => {
    await open(page);
    await sample(page).fill('{"results": []}');
    await page.getByLabel("Endpoint").selectOption("get");
    await expect(sample(page)).not.toHaveValue('{"results": []}');
    await page.getByLabel("Endpoint").selectOption("list");
    await expect(sample(page)).toHaveValue('{"results": []}');
    const row = page.getByRole("row", { name: /^job_title/ });
    await expect(row.getByRole("cell").nth(1)).toHaveText("yes");
    const text = await mapping(page).inputValue();
    const parsed = JSON.parse(text) as { fields: Record<string, { write?: unknown }> };
    delete parsed.fields["job_title"]?.write;
    await mapping(page).fill(JSON.stringify(parsed));
    await expect(row.getByRole("cell").nth(1)).toHaveText("no");
  });

  test("is saved as a part of its definition, after a look at the difference", async ({ page, stub }) => {
    await open(page);
    await expect(page.getByRole("button", { name: "Review and save…" })).toBeDisabled();
    await change(page, '"properties.jobtitle"', '"properties.role"');
    await page.getByRole("button", { name: "Review and save…" }).click();
    const dialog = page.getByRole("dialog", { name: "Save hubspot?" });
    await expect(dialog.getByText('"read": "properties.role"')).toBeVisible();
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(page).toHaveURL(/\/integrations\/hubspot$/);
    const [put = ""] = stub.changes.filter((one) => one.startsWith("PUT "));
    expect(put).toMatch(/^PUT \/api\/v1\/integrations\/hubspot \{/);
    const document = JSON.parse(put.slice(put.indexOf("{"))) as { unified: { crm: Record<string, unknown> } };
    expect(Object.keys(document.unified.crm)).toEqual(["contacts", "companies", "deals"]);
  });

  test("is offered where there is one, and to whoever may make one", async ({ page, stub }) => {
    const tab = page.getByRole("navigation", { name: /^Pages about/ }).getByRole("link", { name: "Mapping" });
    await page.goto("/integrations/acme-crm");
    await expect(tab).toBeVisible();
    stub.role = "support";
    await page.goto("/integrations/acme-crm");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(tab).toHaveCount(0);
    await page.goto("/integrations/hubspot");
    await tab.click();
    await expect(page.getByRole("region", { name: "Mapping, as JSON" })).toContainText('"properties.firstname"');
    await expect(page.getByRole("table", { name: "Fields of contacts" })).toBeVisible();
    await expect(page.getByRole("textbox")).toHaveCount(0);
  });

  test("stays as it was typed where the API does not answer", async ({ page, stub, faults }) => {
    faults.allow(/503/);
    await open(page);
    stub.failWith = 503;
    await change(page, '"properties.jobtitle"', '"properties.role"');
    await expect(mistakes(page).getByText(/could not be checked/)).toBeVisible();
    await expect(records(page)).toContainText('"first_name": "Ada"');
    await expect(mapping(page)).toHaveValue(/properties\.role/);
  });
});
