import { circuit, withState } from "./integration-cases.ts";
import { massFailure } from "./stub-accounts.ts";
import { wholeCatalogue } from "./stub-integrations.ts";
import type { StubApi } from "./stub-api.ts";
import { expect, expectAccessible, test } from "./pages-fixtures.ts";

const whole = (stub: StubApi): void => {
  stub.world.integrations = structuredClone(wholeCatalogue);
};
const lastChange = (stub: StubApi): string => stub.changes.at(-1) ?? "";
const bodyOf = (change: string): unknown => JSON.parse(change.slice(change.indexOf("{")));

test.describe("the list of integrations", () => {
  test("is searched as one types, with the search in the URL, and says how many there are", async ({ page, stub }) => {
    whole(stub);
    await page.goto("/integrations");
    await page.getByLabel("Search integrations").fill("acc");
    await expect(page).toHaveURL(/\/integrations\?q=acc$/);
    await expect(page.getByRole("link", { name: "Xero" })).toBeVisible();
    await expect(page.getByRole("link", { name: "Asana" })).toHaveCount(0);
    await expect(page.getByText("1 integration", { exact: true })).toBeAttached();
    await page.reload();
    await expect(page.getByLabel("Search integrations")).toHaveValue("acc");
  });

  test("is filtered by what needs attention, by category and by credentials, and goes back", async ({ page, stub }) => {
    whole(stub);
    stub.world.massFailures = [massFailure()];
    await page.goto("/integrations");
    await page.getByRole("link", { name: /^Needs attention/ }).click();
    await expect(page).toHaveURL(/show=attention/);
    await expect(page.getByRole("link", { name: "Salesforce", exact: true })).toBeVisible();
    await expect(page.getByText("412 accounts held")).toBeVisible();
    await expect(page.getByRole("link", { name: "Acme CRM" })).toHaveCount(0);
    await page.getByRole("link", { name: /^All/ }).click();
    await expect(page).toHaveURL(/\/integrations$/);
    await page.getByLabel("Credentials").selectOption("API key");
    await expect(page).toHaveURL(/format=api_key/);
    await expect(page.getByRole("link", { name: "Stripe" })).toBeVisible();
    await page.getByRole("link", { name: "Clear" }).click();
    await expect(page).toHaveURL(/\/integrations$/);
  });

  test("teaches what to do where a search finds nothing", async ({ page, stub }) => {
    whole(stub);
    await page.goto("/integrations?q=Northwind+ERP");
    await expect(page.getByRole("heading", { name: "“Northwind ERP” is not in the catalogue" })).toBeVisible();
    await page.getByRole("link", { name: "Define it yourself" }).click();
    await expect(page).toHaveURL(/\/new-integration\?name=northwind-erp$/);
    await expect(page.getByLabel("Definition, as JSON")).toHaveValue(/"name": "northwind-erp"/);
  });

  test("leads to the page of one", async ({ page, stub }) => {
    whole(stub);
    await page.goto("/integrations");
    await page.getByRole("link", { name: "HubSpot" }).click();
    await expect(page).toHaveURL(/\/integrations\/hubspot$/);
    await expect(page.getByRole("heading", { level: 1, name: "HubSpot" })).toBeVisible();
  });
});

test.describe("the page of an integration", () => {
  test("says first what cannot wait, and where to go", async ({ page, stub }) => {
    const since = new Date(Date.now() - 600_000).toISOString();
    const soon = new Date(Date.now() + 60_000).toISOString();
    withState("salesforce", {
      status: { circuits: [circuit({ state: "open", cause: "client", opened_at: since, next_probe_at: soon })] },
    })(stub);
    await page.goto("/integrations/salesforce");
    await expect(page.getByText("Salesforce refuses your OAuth client: nothing is refreshed")).toBeVisible();
    await page.getByRole("link", { name: "To the OAuth client" }).first().click();
    await expect(page).toHaveURL(/#client$/);
  });

  test("leads to its accounts by status", async ({ page, stub }) => {
    whole(stub);
    await page.goto("/integrations/salesforce");
    await page.getByRole("link", { name: "115 accounts: Needs re-authorization" }).click();
    await expect(page).toHaveURL(/\/accounts\?integration_name=salesforce&status=needs_reauth$/);
  });

  test("is set up: the redirect URI first, then the client", async ({ page, stub }) => {
    whole(stub);
    await page.goto("/integrations/asana");
    await expect(page.getByRole("heading", { name: "Set it up" })).toBeVisible();
    await page.getByRole("button", { name: "Make the redirect URI" }).click();
    await expect(page.getByText("https://connect.example/oauth/callback/asana")).toBeVisible();
    expect(bodyOf(lastChange(stub))).toEqual({ integration_name: "asana", overrides: {} });

    await page.getByRole("button", { name: "Set the client…" }).click();
    const dialog = page.getByRole("dialog", { name: "Set the OAuth client of Asana" });
    await dialog.getByLabel("Client id").fill("my-app");
    await dialog.getByLabel("Client secret", { exact: true }).fill("a-secret-value");
    await expect(dialog.getByLabel("Client secret", { exact: true })).toHaveAttribute("type", "password");
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(dialog).toHaveCount(0);
    expect(bodyOf(lastChange(stub))).toEqual({
      integration_name: "asana",
      credentials: { oauth2: { config: { client_id: "my-app", client_secret: "a-secret-value" } } },
    });
    expect(await page.content()).not.toContain("a-secret-value");
  });

  test("takes a new secret beside the old one, says who set it, and ends the overlap", async ({ page, stub }) => {
    whole(stub);
    await page.goto("/integrations/acme-crm");
    const client = page.getByRole("region", { name: /^OAuth client/ });
    await expect(client.getByText(/by Grace Hopper/)).toBeVisible();
    await client.getByRole("button", { name: "Change…" }).click();
    const dialog = page.getByRole("dialog", { name: "Change the OAuth client of Acme CRM" });
    await dialog.getByLabel(/^New client secret/).fill("the-new-one");
    await dialog.getByLabel("The secret before it").selectOption("is accepted for 30 days more");
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(client.getByText("New", { exact: true })).toBeVisible();
    expect(bodyOf(lastChange(stub))).toEqual({
      integration_name: "acme-crm",
      credentials: { oauth2: { config: { client_secret: "the-new-one", previous_secret_expires_in: 2_592_000 } } },
    });
    await client.getByRole("button", { name: "End the previous secret…" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "End it" }).click();
    await expect(client.getByText("Previous", { exact: true })).toHaveCount(0);
    expect(lastChange(stub)).toContain('"previous_secret_expires_in":0');
  });

  test("warns before another client: accounts would have to be re-authorized", async ({ page, stub }) => {
    whole(stub);
    await page.goto("/integrations/acme-crm");
    await page.getByRole("button", { name: "Change…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Client id").fill("another");
    await expect(dialog.getByText(/8,134 accounts have to be re-authorized/)).toBeVisible();
    await expect(dialog.getByLabel("The secret before it")).toHaveCount(0);
  });

  test("offers nobody what their role may not, and shows them all the rest", async ({ page, stub }) => {
    whole(stub);
    for (const role of ["support", "auditor"] as const) {
      stub.role = role;
      await page.goto("/integrations/hubspot");
      await expect(page.getByRole("heading", { name: /^OAuth client/ })).toBeVisible();
      await expect(page.getByRole("main").getByRole("button", { name: /…$/ })).toHaveCount(0);
      await page.goto("/integrations/asana");
      await expect(page.getByRole("button", { name: "Make the redirect URI" })).toHaveCount(0);
      await page.goto("/integrations/acme-crm/values?show=overridable");
      await expect(page.getByRole("main").getByRole("button", { name: /…$/ })).toHaveCount(0);
      await page.goto("/integrations/acme-crm/definition");
      await expect(page.getByLabel("Definition, as JSON")).toHaveCount(0);
      await expect(page.getByRole("region", { name: "Definition" })).toContainText("tokenHost");
      await page.goto("/new-integration");
      await expect(page.getByText("Your role may not define integrations")).toBeVisible();
      await page.goto("/integrations");
      await expect(page.getByRole("link", { name: "Define an integration" })).toHaveCount(0);
    }
  });
});

test.describe("the values of an integration", () => {
  test("are searched, changed for this environment, and reset to the definition's", async ({ page, stub }) => {
    whole(stub);
    await page.goto("/integrations/acme-crm/values");
    await page.getByLabel("Search values").fill("buffer");
    await expect(page).toHaveURL(/q=buffer/);
    const row = page.getByRole("row", { name: /bufferSeconds/ });
    await expect(row).toContainText("Platform");
    await row.getByRole("button", { name: "Change…" }).click();
    const dialog = page.getByRole("dialog", { name: "Change bufferSeconds in this environment" });
    await expect(dialog.getByText("The definition says 30.")).toBeVisible();
    await dialog.getByLabel("Value").fill("120");
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(row).toContainText("Environment");
    expect(bodyOf(lastChange(stub))).toEqual({
      integration_name: "acme-crm",
      overrides: { credentials: { config: { refresh: { bufferSeconds: 120 } } } },
    });
    await row.getByRole("button", { name: "Reset…" }).click();
    const confirm = page.getByRole("alertdialog", { name: "Reset bufferSeconds?" });
    await expect(confirm.getByText("It is 30 again, as the definition has it.")).toBeVisible();
    await confirm.getByRole("button", { name: "Reset" }).click();
    await expect(row).toContainText("Platform");
    expect(lastChange(stub)).toContain('"bufferSeconds":null');
  });

  test("keep what was typed where it is not accepted, and say why", async ({ page, stub, faults }) => {
    whole(stub);
    faults.allow(/422/);
    await page.goto("/integrations/acme-crm/values?q=windowSeconds");
    await page.getByRole("button", { name: "Change…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Value").fill("[60, ");
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(dialog.getByText("This is no JSON.", { exact: false })).toBeVisible();
    await expect(dialog.getByLabel("Value")).toHaveValue("[60, ");
    await expectAccessible(page);
  });

  test("may be given names of their own", async ({ page, stub }) => {
    whole(stub);
    await page.goto("/integrations/acme-crm/values?q=authorize");
    await page.getByRole("button", { name: "Add…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("prompt");
    await dialog.getByLabel("Value").fill("consent");
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("row", { name: /prompt/ })).toContainText("Environment");
    expect(bodyOf(lastChange(stub))).toEqual({
      integration_name: "acme-crm",
      overrides: { credentials: { config: { params: { authorize: { prompt: "consent" } } } } },
    });
  });
});
