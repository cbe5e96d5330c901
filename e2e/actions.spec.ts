import { emptyWorld, ids, resolvingFailure, usualWorld } from "./stub-accounts.ts";
import { expect, expectAccessible, expectAccessibleInBothThemes, expectNoSideways, test } from "./pages-fixtures.ts";

test.describe("signing in and out", () => {
  test("leads to the sign-in page and back to where one wanted to go", async ({ page, stub }) => {
    stub.isSignedIn = false;
    await page.goto("/accounts?status=active");
    await expect(page).toHaveURL(/\/sign-in\?next=%2Faccounts%3Fstatus%3Dactive$/);
    await page.getByLabel("Email").fill("ada@evergrant.example");
    await page.getByLabel("Password").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert").getByText("Email or password is wrong")).toBeVisible();
    await expectAccessible(page);

    await page.getByLabel("Password").fill("correct horse");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(/\/accounts\?status=active$/);
    await expect(page.getByRole("heading", { name: "Accounts" })).toBeVisible();
    expect(stub.changes.at(-1)).toContain("csrfToken=csrf");
  });

  for (const next of ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)"]) {
    test(`never leads to ${next} after signing in`, async ({ page, stub }) => {
      await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
      await expect(page).toHaveURL(`${stub.origin}/`);
    });
  }

  test("signs out from the user menu", async ({ page, stub }) => {
    await page.goto("/");
    await page.getByRole("button", { name: /Ada Lovelace/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await expect(page).toHaveURL(/\/sign-in$/);
    expect(stub.changes.some((change) => change.startsWith("POST /api/auth/signout"))).toBe(true);
  });
});

test.describe("what the provider takes", () => {
  test("is told of client secrets while two are accepted, and of no other", async ({ page }) => {
    await page.goto("/");
    const section = page.getByRole("region", { name: "Client secrets" });
    await expect(section.getByText("HubSpot still takes the previous secret and refuses the new one")).toBeVisible();
    await expect(section).not.toContainText("Acme CRM");
    const secrets = section.getByRole("list", { name: "Secrets of HubSpot" }).getByRole("listitem");
    await expect(secrets).toHaveText([
      /^Newest\s*Has not worked yet\s*Set 2 h ago$/,
      /^Previous\s*In use, worked 1 min ago/,
    ]);
    await section.getByRole("link", { name: "Accounts of HubSpot" }).click();
    await expect(page).toHaveURL(/\/accounts\?status=active&integration_name=hubspot$/);
  });

  test("is told of scopes in the integration's words beside their names", async ({ page }) => {
    await page.goto(`/accounts/${ids.revoked}`);
    const scopes = page.getByRole("region", { name: "Scopes" }).getByRole("listitem");
    await expect(scopes.first()).toHaveText(/^web\s*Open pages of Salesforce in your name\s*Missing$/);
  });
});

test.describe("the shell", () => {
  test("keeps a chosen theme over a reload, without the other one flashing", async ({ page }) => {
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto("/");
    await page.getByRole("button", { name: /Ada Lovelace/ }).click();
    await page.getByRole("menuitemradio", { name: "Dark" }).click();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    const html = await (await page.request.get("/")).text();
    expect(html).toContain('data-theme="dark"');
    await page.keyboard.press("Escape");
    await page.reload();
    await expect(page.locator("html")).toHaveCSS("color-scheme", "dark");
  });

  test("switches the environment and says which one it is", async ({ page, stub }) => {
    await page.goto(`/accounts/${ids.active}`);
    await page.getByRole("button", { name: /Environment: Production/ }).click();
    await expectAccessible(page);
    stub.environment = "staging";
    await page.getByRole("menuitemradio", { name: "Staging" }).click();
    await expect(page).toHaveURL(/\/accounts$/);
    await expect(page.getByText("Staging environment, not production")).toBeVisible();
    const cookie = (await page.context().cookies()).find(({ name }) => name === "evergrant_environment");
    expect(cookie?.value).toBe("staging");
  });

  test("says that another window switched the environment, and changes nothing there", async ({ page }) => {
    await page.goto(`/accounts/${ids.active}`);
    const sent = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/refresh"));
    await page.getByRole("button", { name: "Refresh now" }).click();
    expect((await sent).headers()["evergrant-environment"]).toBe("production");
    const cookieOf = async (): Promise<string | undefined> =>
      (await page.context().cookies()).find(({ name }) => name === "evergrant_environment")?.value;
    await page
      .context()
      .addCookies([{ name: "evergrant_environment", value: "staging", url: new URL("/", page.url()).href }]);
    await page.evaluate(() => window.dispatchEvent(new Event("focus")));
    const alert = page.getByRole("alert").filter({ hasText: "Another window switched to Staging." });
    await expect(alert).toBeVisible();
    await expectAccessibleInBothThemes(page, "other-environment");
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoSideways(page);
    await expectAccessibleInBothThemes(page, "other-environment-phone");
    await alert.getByRole("button", { name: "Back to Production" }).click();
    await expect(alert).toHaveCount(0);
    expect(await cookieOf()).toBe("production");
  });

  test("has its navigation behind a button on a phone", async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto("/");
    await page.getByRole("button", { name: "Open the menu" }).click();
    await expectAccessible(page);
    await page.getByRole("dialog").getByRole("link", { name: "Accounts" }).click();
    await expect(page).toHaveURL(/\/accounts$/);
    await expect(page.getByRole("dialog")).toHaveCount(0);
  });

  test("lets the keyboard skip to the content", async ({ page }) => {
    await page.goto("/");
    await page.keyboard.press("Tab");
    await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page.locator("#main")).toBeFocused();
  });
});

test("an account that holds a key speaks of no refresh, and says what a disconnect leaves behind", async ({ page }) => {
  await page.goto(`/accounts/${ids.typed}`);
  await expect(page.getByText("The key does not end.")).toBeVisible();
  await expect(page.getByText("Does not end", { exact: true })).toBeVisible();
  for (const heading of ["Lifeline", "Scopes"]) {
    await expect(page.getByRole("heading", { name: heading })).toHaveCount(0);
  }
  await expect(page.getByRole("button", { name: "Refresh now" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Create re-authorization link" })).toBeVisible();
  await page.getByRole("button", { name: "Disconnect…" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog.getByText("It works in Acme Billing until the customer deletes it there.")).toBeVisible();
});

for (const role of ["support", "auditor"] as const) {
  test(`${role} sees every state, and no action`, async ({ page, stub }) => {
    stub.role = role;
    for (const id of [ids.active, ids.revoked, ids.typed]) {
      await page.goto(`/accounts/${id}`);
      await expect(page.getByText("Your role reads. Owners and operators")).toBeVisible();
      await expect(page.getByRole("button", { name: /^(Refresh now|Disconnect|Create re-authorization)/ })).toHaveCount(
        0,
      );
    }
    await page.goto("/");
    const callout = page.getByRole("region", { name: "Salesforce: 412 accounts are held" });
    await expect(callout.getByText("Owners and operators release or confirm.")).toBeVisible();
    await expect(callout.getByRole("button")).toHaveCount(0);
  });
}

test.describe("a mass failure", () => {
  test("says what failed, what to look at, and leads to the held accounts", async ({ page }) => {
    await page.goto("/");
    await expect(page.getByText("412 accounts are held and wait for your decision.")).toBeVisible();
    const callout = page.getByRole("region", { name: "Salesforce: 412 accounts are held" });
    await expect(callout.getByRole("heading", { name: "Most likely Salesforce itself" })).toBeVisible();
    await expect(callout.getByText("Look at the status page of Salesforce")).toBeVisible();
    await expect(callout.getByRole("link", { name: "103 accounts" })).toHaveAttribute(
      "href",
      "/accounts?status=needs_reauth&integration_name=salesforce",
    );
    await callout.getByRole("link", { name: "412 accounts" }).click();
    await expect(page).toHaveURL(/\/accounts\?integration_name=salesforce&hold=true$/);
    await expect(page.getByRole("link", { name: "globex" })).toBeVisible();
    await expect(page.getByRole("row")).toHaveCount(2);
    await expect(page.getByRole("link", { name: "Held 1" })).toHaveAttribute("aria-current", "true");
    await page.getByRole("link", { name: /^Active/ }).click();
    await expect(page).toHaveURL(/status=active&integration_name=salesforce$/);
  });

  test("is released only after saying what will happen, and counts down by itself", async ({ page, stub }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Release…" }).click();
    const dialog = page.getByRole("alertdialog", { name: "Release the 412 held accounts of Salesforce?" });
    await expect(dialog.getByText("Evergrant tries each of them again, spread over minutes")).toBeVisible();
    await expect(dialog.getByText("Nobody was told, and nobody is told now.")).toBeVisible();
    await expectAccessibleInBothThemes(page, "dialog-release");
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Release…" })).toBeFocused();
    expect(stub.changes).toEqual([]);

    await page.keyboard.press("Enter");
    await dialog.getByRole("button", { name: "Release 412 accounts" }).click();
    await expect(page.getByRole("region", { name: "Salesforce: 231 accounts are being released" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Release…" })).toHaveCount(0);
    expect(stub.changes).toEqual(["POST /api/v1/integrations/salesforce/mass-failure/release "]);
    for (const failure of stub.world.massFailures) failure.held = 1;
    await expect(page.getByRole("region", { name: "Salesforce: 1 account is being released" })).toBeVisible();
    stub.world.massFailures = [];
    await expect(page.getByRole("region", { name: /^Salesforce:/ })).toHaveCount(0);
  });

  test("is confirmed only after saying what will happen", async ({ page, stub }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Confirm…" }).click();
    const dialog = page.getByRole("alertdialog", {
      name: "Confirm that the grants of 412 accounts of Salesforce are dead?",
    });
    await expect(dialog.getByText("412 accounts become “needs re-authorization”")).toBeVisible();
    await expect(dialog.getByText("Each gets its own event")).toBeVisible();
    await expectAccessibleInBothThemes(page, "dialog-confirm");
    await dialog.getByRole("button", { name: "Keep them held" }).click();
    expect(stub.changes).toEqual([]);
    await page.getByRole("button", { name: "Confirm…" }).click();
    await dialog.getByRole("button", { name: "Confirm 412 accounts" }).click();
    await expect(page.getByRole("region", { name: "Salesforce: 231 accounts are being confirmed" })).toBeVisible();
    expect(stub.changes).toEqual(["POST /api/v1/integrations/salesforce/mass-failure/confirm "]);
  });

  test("that somebody else decided meanwhile says so, and shows how it stands", async ({ page, stub, faults }) => {
    faults.allow(/status of 409/);
    await page.goto("/");
    await page.getByRole("button", { name: "Confirm…" }).click();
    stub.world.massFailures = [resolvingFailure("release")];
    await page.getByRole("button", { name: "Confirm 412 accounts" }).click();
    await expect(page.getByRole("alert").getByText("Somebody else may have decided")).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Keep them held" }).click();
    await expect(page.getByRole("region", { name: "Salesforce: 231 accounts are being released" })).toBeVisible();
  });

  test("stands in words on the page of a held account, which can be refreshed all the same", async ({ page, stub }) => {
    const held = stub.world.accounts.find(({ id }) => id === ids.held);
    if (held !== undefined) held.last_error = null;
    await page.goto(`/accounts/${ids.held}`);
    await expect(page.getByText("the customer was not told")).toBeVisible();
    await expect(page.getByText("Held with 411 other accounts of Salesforce")).toBeVisible();
    await page.getByRole("button", { name: "Refresh now" }).click();
    await expect(page.getByText(/The new token is valid for (1 h|59 min)/)).toBeVisible();
    await page.getByRole("link", { name: "Decide on the overview" }).click();
    await expect(page).toHaveURL(/\/#mass-failure-salesforce$/);
    await expect(page.getByRole("region", { name: "Salesforce: 412 accounts are held" })).toBeInViewport();
  });
});

test.describe("accounts", () => {
  test("keep their filter in the URL", async ({ page }) => {
    await page.goto("/accounts");
    await page.getByLabel("Integration").selectOption("Salesforce");
    await expect(page).toHaveURL(/integration_name=salesforce/);
    await expect(page.getByRole("row")).toHaveCount(3);
    await page.getByRole("link", { name: /Needs re-authorization/ }).click();
    await expect(page).toHaveURL(/status=needs_reauth&integration_name=salesforce/);
    await expect(page.getByRole("link", { name: "initech" })).toBeVisible();
    await page.getByRole("button", { name: "More filters" }).click();
    await page.getByLabel("Tenant id").fill("nobody");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/status=needs_reauth&integration_name=salesforce&tenant_id=nobody/);
    await expect(page.getByRole("heading", { name: "No account matches" })).toBeVisible();
    await page.getByRole("link", { name: "Show all accounts" }).click();
    await expect(page.getByRole("row")).toHaveCount(12);
  });

  test("are paged by cursor", async ({ page, stub }) => {
    const [first] = usualWorld().accounts;
    if (first === undefined) throw new Error("the usual world has accounts");
    stub.world = {
      ...emptyWorld(),
      accounts: Array.from({ length: 60 }, (_, n) => ({ ...first, tenant_id: `tenant-${n}` })),
    };
    await page.goto("/accounts");
    await page.getByRole("link", { name: "Next page" }).click();
    await expect(page.getByRole("link", { name: "tenant-59" })).toBeVisible();
    await expect(page).toHaveURL(/cursor=50/);
    await page.getByRole("link", { name: "First page" }).click();
    await expect(page.getByRole("link", { name: "tenant-0", exact: true })).toBeVisible();
  });

  test("update by themselves", async ({ page, stub }) => {
    await page.goto("/accounts");
    await expect(page.getByRole("link", { name: "northwind" })).toBeVisible();
    const account = stub.world.accounts.find(({ id }) => id === ids.active);
    if (account !== undefined) account.tenant_id = "renamed";
    await expect(page.getByRole("link", { name: "renamed" })).toBeVisible();
  });
});

test.describe("an account", () => {
  test("is refreshed on request", async ({ page, stub }) => {
    await page.goto(`/accounts/${ids.active}`);
    await page.getByRole("button", { name: "Refresh now" }).click();
    await expect(page.getByText(/The new token is valid for (1 h|59 min)/)).toBeVisible();
    expect(stub.changes).toEqual([`POST /api/v1/integrated-accounts/${ids.active}/refresh `]);
  });

  test("says in words why a refresh failed", async ({ page, faults }) => {
    faults.allow(/status of 502/);
    await page.goto(`/accounts/${ids.failing}`);
    await page.getByRole("button", { name: "Refresh now" }).click();
    await expect(page.getByText("The refresh failed: The provider could not refresh the token")).toBeVisible();
    await expect(page.getByText("The old token stays valid.")).toBeVisible();
    await expectAccessible(page);
  });

  test("offers a link to re-authorize, once, and copies it", async ({ page, stub, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto(`/accounts/${ids.revoked}`);
    await expect(page.getByText("Only the customer can repair this")).toBeVisible();
    await page.getByRole("button", { name: "Create re-authorization link" }).click();
    const field = page.getByLabel("Re-authorization link", { exact: true });
    await expect(field).toHaveValue(/\/connect\/lt_/);
    await expect(page.getByText("Shown only this once")).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Copy the link" }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await field.inputValue());
    expect(stub.changes).toEqual([
      `POST /api/v1/link-tokens ${JSON.stringify({ tenant_id: "initech", integrated_account_id: ids.revoked })}`,
    ]);
  });

  test("is disconnected only after saying what will happen", async ({ page, stub }) => {
    await page.goto(`/accounts/${ids.active}`);
    await page.getByRole("button", { name: "Disconnect…" }).click();
    const dialog = page.getByRole("alertdialog", { name: "Disconnect northwind from Acme CRM?" });
    await expect(dialog.getByText("The tokens are erased here")).toBeVisible();
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Keep connected" }).click();
    await expect(dialog).toHaveCount(0);
    expect(stub.changes).toEqual([]);

    await page.getByRole("button", { name: "Disconnect…" }).click();
    await dialog.getByRole("button", { name: "Disconnect", exact: true }).click();
    await expect(page.getByText("The grant was revoked there too.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Refresh now" })).toHaveCount(0);
    expect(stub.changes).toEqual([`DELETE /api/v1/integrated-accounts/${ids.active} `]);
  });

  test("shows its life to the keyboard and to screen readers", async ({ page }) => {
    await page.goto(`/accounts/${ids.active}`);
    const lifeline = page.getByRole("listbox", { name: /^Lifeline/ });
    await lifeline.focus();
    await expect(lifeline.getByRole("option", { selected: true })).toHaveText(/^Refreshed/);
    await page.keyboard.press("Home");
    await expect(lifeline.getByRole("option", { selected: true })).toHaveText(/^Operator must act/);
    await expect(page.getByText("The provider rejected our client").first()).toBeVisible();
    await page.keyboard.press("ArrowRight");
    await expect(lifeline.getByRole("option", { selected: true })).toHaveText(/^Refreshed/);
    await expectAccessible(page);
    await expect(page.getByRole("table", { name: /Tokens of this account/ }).getByRole("row")).not.toHaveCount(1);
  });

  test("answers 404 for an account that is not there", async ({ page }) => {
    expect((await page.request.get("/accounts/ia_nobody")).status()).toBe(404);
    expect((await page.request.get("/no/such/page")).status()).toBe(404);
  });
});
