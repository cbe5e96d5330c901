import { exampleLogo } from "#test/make-png";
import { expect, expectAccessible, expectAccessibleInBothThemes, test } from "./pages-fixtures.ts";
import { apiKeyIds } from "./stub-settings.ts";

test.describe("addresses that are allowed", () => {
  test("are added to what is there by now, with what is wrong beside them", async ({ page, stub, faults }) => {
    faults.allow(/422/);
    await page.goto("/settings");
    const origins = page.getByRole("region", { name: "Allowed origins" });
    await origins.getByLabel("Add an origin").fill("https://app.example.com/with/a/path");
    await origins.getByRole("button", { name: "Add", exact: true }).click();
    await expect(origins.getByRole("alert")).toHaveText(/without a path\.$/);
    await expect(origins.getByLabel("Add an origin")).toHaveValue("https://app.example.com/with/a/path");
    await expectAccessible(page);

    // Somebody else added one since the page was made.
    stub.world.settings.environment.allowed_origins.push("https://elsewhere.example.com");
    await origins.getByLabel("Add an origin").fill("https://new.example.com");
    await origins.getByRole("button", { name: "Add", exact: true }).click();
    await expect(origins.getByRole("listitem")).toHaveText([
      /app\.example\.com/,
      /elsewhere\.example\.com/,
      /new\.example\.com/,
    ]);
    await expect(origins.getByLabel("Add an origin")).toHaveValue("");
    await origins.getByLabel("Add an origin").fill("https://new.example.com");
    await expect(origins.getByRole("alert")).toHaveText("This one is in the list already.");
  });

  test("are removed after a question that says what follows", async ({ page, stub }) => {
    await page.goto("/settings");
    const urls = page.getByRole("region", { name: "Return URLs" });
    await urls.getByRole("button", { name: "Remove…" }).first().click();
    const dialog = page.getByRole("alertdialog");
    await expect(dialog).toContainText("your product gets 422");
    await expectAccessibleInBothThemes(page, "settings-remove");
    await dialog.getByRole("button", { name: "Remove", exact: true }).click();
    await expect(urls.getByRole("listitem")).toHaveCount(1);
    expect(stub.world.settings.environment.return_urls).toEqual([
      "https://app.example.com/onboarding/step-3?from=evergrant",
    ]);
  });
});

test("links lead to a name of one's own, and back", async ({ page, stub, faults }) => {
  faults.allow(/422/);
  await page.goto("/settings");
  const address = page.getByRole("region", { name: "Address of links" });
  await address.getByRole("button", { name: "Use your own name" }).click();
  await address.getByLabel("Origin").fill("http://link.example.com");
  await address.getByRole("button", { name: "Lead links there" }).click();
  await expect(address.getByRole("alert")).toContainText("begins with https://");
  await address.getByLabel("Origin").fill("https://link.example.com");
  await address.getByRole("button", { name: "Lead links there" }).click();
  await expect(address).toContainText("Links lead to https://link.example.com/connect/…");
  await address.getByRole("button", { name: "Take it back…" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Take it back" }).click();
  await expect(address).not.toContainText("link.example.com");
  expect(stub.world.settings.environment.connect_url).toBeNull();
});

test("events carry links once somebody said so", async ({ page, stub }) => {
  await page.goto("/settings");
  const links = page.getByRole("region", { name: "Links in events" });
  await links.getByRole("button", { name: "Put links into events…" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Put links into events" }).click();
  await expect(links).toContainText("Events of a dead grant carry a ready link.");
  expect(stub.changes).toEqual(['PATCH /api/v1/environment {"reauth_links_in_events":true}']);
});

test.describe("the branding", () => {
  test("is shown as it is typed, on the real card, and saved whole", async ({ page, stub }) => {
    await page.goto("/settings/branding");
    const preview = page.getByRole("region", { name: "Preview of the connect page" });
    await page.getByLabel("Product name").fill("Harbor");
    await expect(preview.getByText(/^Connect .+ to Harbor$/)).toBeVisible();
    await page.getByLabel("Help").fill("care@harbor.example");
    await expect(preview.getByText("care@harbor.example")).toBeVisible();
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: exampleLogo() });
    await expect(preview.locator("img")).toHaveAttribute("src", /^data:image\/png;base64,/);

    // Only what is looked at changes: the theme, the language and the moment of the preview.
    await preview.getByText("Dark", { exact: true }).click();
    const card = preview.locator("[data-preview] .card");
    await expect(card).toHaveCSS("background-color", /^(oklch\(0\.185|lab\(5\.68)/);
    await preview.getByRole("combobox", { name: "Language" }).selectOption("de");
    await expect(preview.getByText(/mit Harbor verbinden$/)).toBeVisible();
    await preview.getByText("Phone", { exact: true }).click();
    await preview.getByText("Connected", { exact: true }).click();
    await expect(preview.getByText("ada@acme.example")).toBeVisible();
    await expectAccessibleInBothThemes(page, "branding-typed");

    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Saved. New pages show it at once.")).toBeVisible();
    expect(stub.world.settings.environment.branding).toEqual({
      name: "Harbor",
      support: "care@harbor.example",
      logo: expect.stringMatching(/^data:image\/png/),
    });
    await expect(page.getByRole("button", { name: "Save" })).toBeDisabled();
  });

  test("judges a colour in words, and offers the nearest that can be read", async ({ page }) => {
    await page.goto("/settings/branding");
    const preview = page.getByRole("region", { name: "Preview of the connect page" });
    await page.getByLabel("Your own colour").check();
    const light = page.getByLabel("On the light card", { exact: true });
    await expect(page.getByText(/White words on the button have 5\.4\d:1/)).toBeVisible();
    const button = preview.getByText(/^Continue to/);
    await expect(button).toHaveCSS("background-color", "rgb(15, 118, 110)");

    await light.fill("#fde68a");
    await expect(page.getByText(/^Reaches 1\.2\d:1 against the light card/)).toBeVisible();
    await expectAccessible(page);
    const nearest = page.getByRole("button", { name: /^Use #/ });
    const shade = (await nearest.textContent())?.trim().slice(-7) ?? "";
    await nearest.click();
    await expect(light).toHaveValue(shade);
    await expect(nearest).toHaveCount(0);

    await light.fill("red");
    await expect(page.getByText("Six hex digits after a #, such as #0f766e.")).toBeVisible();
  });

  test("refuses a file that is no logo before it is sent", async ({ page, stub }) => {
    await page.goto("/settings/branding");
    const file = page.locator("input[type=file]");
    await file.setInputFiles({ name: "logo.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg/>") });
    await expect(page.getByText("An SVG is not taken: it can hold scripts.")).toBeVisible();
    await file.setInputFiles({ name: "big.png", mimeType: "image/png", buffer: Buffer.alloc(70_000) });
    await expect(page.getByText(/^The picture has 69 KB/)).toBeVisible();
    expect(stub.changes).toEqual([]);
    await page.getByLabel("Product name").fill("Changed");
    await page.getByRole("button", { name: "Discard" }).click();
    await expect(page.getByLabel("Product name")).toHaveValue("Northwind Reports");
  });
});

test.describe("an API key", () => {
  test("is made with what was chosen, after confirming who it is, and is shown once", async ({
    page,
    stub,
    faults,
  }) => {
    faults.allow(/403|422/);
    stub.isConfirmed = false;
    await page.goto("/settings/api-keys");
    await page.getByRole("link", { name: "Make a key" }).click();
    await page.getByLabel("Name").fill("Importer");
    await page.getByRole("button", { name: "A backend that calls through the proxy" }).click();
    await expect(page.getByLabel(/^Call providers through Evergrant/)).toBeChecked();
    await page.getByLabel(/^Make connect links/).uncheck();
    const customers = page.getByRole("group", { name: "For which customers" });
    await customers.getByLabel("Only some").check();
    await page.getByLabel("90 days").check();
    await page.getByRole("button", { name: "Make the key" }).click();
    const dialog = page.getByRole("dialog", { name: "Confirm that it is you" });
    await dialog.getByLabel(/^Password of/).fill("correct horse");
    await dialog.getByRole("button", { name: "Confirm", exact: true }).click();
    await expect(customers.getByRole("alert")).toContainText(/names nothing/i);

    await customers.getByLabel("Customers").fill("acme\nglobex");
    await expect(page.getByText(/^Whoever has this key may/)).toHaveText(
      "Whoever has this key may see accounts and call providers, of acme and globex, from anywhere, for 90 days.",
    );
    await expectAccessible(page);
    await page.getByRole("button", { name: "Make the key" }).click();
    await expect(page.getByLabel("API key", { exact: true })).toHaveValue(/^evg_/);
    await expect(page.getByLabel("API key", { exact: true })).toBeFocused();
    await expectAccessibleInBothThemes(page, "api-key-made");
    const sent = JSON.parse(stub.changes.at(-1)?.replace("POST /api/v1/api-keys ", "") ?? "");
    expect(sent).toEqual({
      name: "Importer",
      permissions: ["accounts:read", "proxy"],
      tenant_ids: ["acme", "globex"],
      expires_in: 7_776_000,
    });
    await page.getByRole("link", { name: "Done, show the key’s entry" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Importer" })).toBeVisible();
    await expect(page.getByText("evg_k", { exact: false })).toHaveCount(0);
  });

  test("that is in use is revoked once its name was typed, and says before what stops", async ({ page, stub }) => {
    await page.goto(`/settings/api-keys/${apiKeyIds.busy}`);
    await page.getByRole("button", { name: "Revoke…" }).click();
    const dialog = page.getByRole("alertdialog");
    await expect(dialog).toContainText("412,408 credentials within 24 hours, of up to 1,083 customers");
    await expect(dialog).toContainText("203.0.113.0/24 and 2001:db8:41::/48");
    const revoke = dialog.getByRole("button", { name: "Revoke it for good" });
    await expect(revoke).toBeDisabled();
    await dialog.getByRole("textbox").fill("Production backend");
    await expectAccessibleInBothThemes(page, "api-key-revoke");
    await revoke.click();
    await expect(page.getByText(/^It was revoked/)).toBeVisible();
    await expect(page.getByRole("button", { name: "Revoke…" })).toHaveCount(0);
    expect(stub.changes.map((change) => change.trim())).toEqual([`DELETE /api/v1/api-keys/${apiKeyIds.busy}`]);
  });

  test("is stopped and started again", async ({ page }) => {
    await page.goto(`/settings/api-keys/${apiKeyIds.soon}`);
    await page.getByRole("button", { name: "Stop…" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Stop it" }).click();
    await expect(page.getByText(/^Somebody stopped it/)).toBeVisible();
    await page.getByRole("button", { name: "Start it again…" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Start it again" }).click();
    await expect(page.getByText(/^It ends in 4 d/)).toBeVisible();
  });

  test("shows nothing to do to who may not, and to an operator no start", async ({ page, stub }) => {
    stub.role = "auditor";
    await page.goto(`/settings/api-keys/${apiKeyIds.stopped}`);
    await expect(page.getByRole("heading", { level: 1, name: "Old importer" })).toBeVisible();
    await expect(page.getByRole("main").getByRole("button", { name: /Revoke|Stop|Start/ })).toHaveCount(0);
    await expect(page.getByRole("link", { name: "Make a successor" })).toHaveCount(0);
    stub.role = "operator";
    await page.reload();
    await expect(page.getByRole("button", { name: "Revoke…" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Start it again…" })).toHaveCount(0);
    await page.goto("/settings/api-keys/new");
    await expect(page.getByLabel(/^Export credentials/)).toHaveCount(0);
    await expect(page.getByLabel(/^Administer sealing keys/)).toHaveCount(0);
    stub.role = "support";
    await page.goto("/settings");
    await expect(page.getByRole("link", { name: "API keys" })).toHaveCount(0);
    await expect(page.getByRole("main").getByRole("button")).toHaveCount(0);
  });
});

test.describe("the rules of alarms", () => {
  test("are changed by what was typed alone, and set back", async ({ page, stub, faults }) => {
    faults.allow(/422/);
    await page.goto("/settings/alarms");
    await page.getByLabel("Rings beyond so many times its usual level").fill("4.5");
    await page
      .getByRole("group", { name: "Alarms that stop the key by themselves" })
      .getByLabel(/^Wakes up/)
      .check();
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Saved. In force within a second or two.")).toBeVisible();
    expect(stub.changes).toEqual(['PATCH /api/v1/anomaly-policy {"factor":4.5,"stop_on":["dormant_key"]}']);
    await page.getByRole("button", { name: "Back to the defaults…" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Set them back" }).click();
    await expect(page.getByLabel("Rings beyond so many times its usual level")).toHaveValue("3");
    expect(stub.world.settings.policy.stop_on).toEqual([]);
  });

  test("differ for a caller that is set apart, until it is treated like the rest", async ({ page, stub }) => {
    await page.goto("/settings/alarms");
    await page.getByRole("button", { name: "Set one apart…" }).click();
    const dialog = page.getByRole("dialog", { name: "Set a caller apart" });
    await dialog.getByLabel("Caller").selectOption({ label: "Production backend (…x7Qp)" });
    await dialog.getByLabel("Credentials in an hour").fill("90000");
    await expectAccessibleInBothThemes(page, "alarms-caller");
    await dialog.getByRole("button", { name: "Save" }).click();
    const callers = page.getByRole("region", { name: "Set apart" });
    await expect(callers).toContainText("Credentials in an hour up to 90,000.");
    expect(stub.world.settings.policy.callers[apiKeyIds.busy]).toEqual({ levels: { reads_per_hour: 90_000 } });
    await callers.getByRole("button", { name: "Change what differs for Production backend (…x7Qp)" }).click();
    await page.getByRole("dialog").getByLabel("Credentials in an hour").fill("");
    await page.getByRole("dialog").getByRole("button", { name: "Treat it like the rest" }).click();
    await expect(callers).not.toContainText("Production backend");
  });
});

test("another environment is looked at from the list of all", async ({ page }) => {
  await page.goto("/settings/environments");
  await page.getByRole("button", { name: "Look at Staging" }).click();
  await expect
    .poll(async () => (await page.context().cookies()).find(({ name }) => name === "evergrant_environment")?.value)
    .toBe("staging");
});
