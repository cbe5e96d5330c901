import { expect, expectAccessible, expectAccessibleInBothThemes, test } from "./pages-fixtures.ts";
import { jump } from "./stub-anomalies.ts";

test.describe("confirming that it is you", () => {
  test("is asked before what is dangerous, and then what was begun goes on", async ({ page, stub, faults }) => {
    faults.allow(/403|422/);
    stub.isConfirmed = false;
    await page.goto("/administrators/usr_3");
    await page.getByRole("button", { name: "Change role…" }).click();
    await page.getByRole("radio", { name: /^Operator/ }).check();
    await page.getByRole("button", { name: "Change role", exact: true }).click();

    const dialog = page.getByRole("dialog", { name: "Confirm that it is you" });
    await dialog.getByLabel(/^Password of/).fill("wrong");
    await dialog.getByRole("button", { name: "Confirm", exact: true }).click();
    await expect(dialog.getByRole("alert")).toContainText("The password is wrong");
    await expectAccessible(page);
    await dialog.getByLabel(/^Password of/).fill("correct horse");
    await dialog.getByRole("button", { name: "Confirm", exact: true }).click();

    await expect(dialog).toBeHidden();
    await expect(page.getByRole("alertdialog")).toBeHidden();
    await expect(page.getByText("Operator", { exact: true })).toBeVisible();
    const changes = stub.changes.filter((change) => change.startsWith("PATCH"));
    expect(changes).toEqual(Array.from({ length: 2 }, () => 'PATCH /api/v1/users/usr_3 {"role":"operator"}'));
  });

  test("can be left, and then nothing is done", async ({ page, stub, faults }) => {
    faults.allow(/403/);
    stub.isConfirmed = false;
    await page.goto("/administrators/usr_3");
    await page.getByRole("button", { name: "Disable…" }).click();
    await page.getByRole("button", { name: "Disable", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Confirm that it is you" });
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await expect(page.getByRole("alertdialog").getByRole("alert")).toContainText("Confirm that it is you");
    expect(stub.administrators.users.find(({ id }) => id === "usr_3")?.disabled_at).toBeNull();
  });

  test("through single sign-on happens in a window of its own, and what was typed in this one goes on", async ({
    page,
    stub,
    faults,
  }) => {
    faults.allow(/403/);
    stub.isConfirmed = false;
    stub.confirmWith = ["sso"];
    await page.context().route("**/api/auth/sso", async (route) => {
      expect(route.request().postDataJSON()).toEqual({ fresh: true, next: "/sign-in/confirmed" });
      await route.fulfill({ json: { url: `${stub.origin}/sign-in/confirmed` } });
    });
    await page.goto("/administrators");
    await page.getByRole("button", { name: "Invite…" }).click();
    const form = page.getByRole("dialog", { name: /^Invite/ });
    await form.getByLabel("Email").fill("edsger@shortest-paths.example");
    await form.getByRole("button", { name: "Invite", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Confirm that it is you" });
    await expect(dialog.getByLabel(/^Password of/)).toHaveCount(0);
    await expectAccessibleInBothThemes(page, "step-up-sso");
    const opened = page.waitForEvent("popup");
    await dialog.getByRole("button", { name: "Confirm through single sign-on" }).click();
    await opened;
    await expect(dialog.getByText("Go on in the other window.")).toBeVisible();
    // As when they turned back there: nothing is done, and the dialog waits.
    expect(stub.administrators.invitations).toHaveLength(1);
    stub.isConfirmed = true;
    await expect(dialog).toBeHidden();
    await expect(page.getByLabel("Invitation link", { exact: true })).toHaveValue(/\/invitation#/);
    expect(stub.administrators.invitations).toHaveLength(2);
  });

  test("forgets a question with its answer: what came too late for one says nothing in the next", async ({
    page,
    stub,
    faults,
  }) => {
    faults.allow(/403/);
    stub.isConfirmed = false;
    stub.confirmWith = ["sso"];
    const started = Promise.withResolvers<void>();
    const asked: string[] = [];
    await page.context().route("**/api/auth/sso", async (route) => {
      asked.push(route.request().url());
      await started.promise;
      await route.fulfill({ json: { url: `${stub.origin}/sign-in/confirmed` } });
    });
    await page.goto("/administrators/usr_3");
    const ask = async () => {
      await page.getByRole("button", { name: "Disable", exact: true }).click();
      return page.getByRole("dialog", { name: "Confirm that it is you" });
    };
    await page.getByRole("button", { name: "Disable…" }).click();
    const dialog = await ask();
    const opened = page.waitForEvent("popup");
    await dialog.getByRole("button", { name: "Confirm through single sign-on" }).click();
    const popup = await opened;
    await expect.poll(() => asked).toHaveLength(1);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await expect(dialog).toBeHidden();
    const closed = popup.waitForEvent("close");
    started.resolve();
    await closed;

    await ask();
    await expect(dialog.getByRole("button", { name: "Confirm through single sign-on" })).toBeVisible();
    await expect(dialog.getByText("Go on in the other window.")).toHaveCount(0);
  });

  test("is asked over the dialog that stops a key, and the key is stopped once", async ({ page, stub, faults }) => {
    faults.allow(/403|422/);
    stub.world.anomalies = [jump()];
    stub.isConfirmed = false;
    await page.goto("/");
    await page.getByRole("button", { name: "Stop the key…" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Stop the key" }).click();
    const dialog = page.getByRole("dialog", { name: "Confirm that it is you" });
    await dialog.getByLabel(/^Password of/).fill("wrong");
    // The keyboard stays in the upper one.
    await page.keyboard.press("Enter");
    await expect(dialog.getByRole("alert")).toContainText("The password is wrong");
    await expectAccessibleInBothThemes(page, "step-up-over-stop-key");
    expect(stub.world.anomalies[0]?.caller?.stopped_at).toBeNull();
    await dialog.getByLabel(/^Password of/).fill("correct horse");
    await page.keyboard.press("Enter");
    await expect(page.getByText("Every request with this key is refused.")).toBeVisible();
    await expect(page.getByRole("alertdialog")).toHaveCount(0);
    expect(stub.changes.filter((change) => change.endsWith("/stop "))).toHaveLength(2);
  });
});

test.describe("an administrator's page", () => {
  const done = (stub: { changes: string[] }) => stub.changes.filter((change) => !change.startsWith("GET"));

  test("lets in again whom an owner had disabled", async ({ page, stub }) => {
    const [, , alan] = stub.administrators.users;
    Object.assign(alan ?? {}, { disabled_at: new Date().toISOString(), disabled_by: "person" });
    await page.goto("/administrators/usr_3");
    await expect(page.getByRole("button", { name: "Disable…" })).toHaveCount(0);
    await page.getByRole("button", { name: "Enable…" }).click();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Enable", exact: true }).click();
    await expect(page.getByRole("button", { name: "Disable…" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Enable…" })).toHaveCount(0);
    expect(done(stub)).toEqual(['PATCH /api/v1/users/usr_3 {"disabled":false}']);
  });

  test("does not offer to let in whom the identity provider put out", async ({ page }) => {
    await page.goto("/administrators/usr_4");
    await expect(page.getByText("Their groups give no role any more")).toBeVisible();
    await expect(page.getByRole("main").getByRole("button", { name: /…$/ })).toHaveCount(0);
  });

  test("changes a role to another one alone, and forgets what was chosen and not done", async ({ page, stub }) => {
    await page.goto("/administrators/usr_3");
    const change = page.getByRole("button", { name: "Change role", exact: true });
    await page.getByRole("button", { name: "Change role…" }).click();
    await expect(change).toBeDisabled();
    await page.getByRole("radio", { name: /^Owner/ }).check();
    await expect(change).toBeEnabled();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Change role…" }).click();
    await expect(page.getByRole("radio", { name: /^Auditor/ })).toBeChecked();
    await expect(change).toBeDisabled();
    expect(done(stub)).toEqual([]);
  });

  test("ends all their sessions", async ({ page, stub }) => {
    await page.goto("/administrators/usr_2");
    await expect(page.getByRole("table", { name: "Sessions" })).toBeVisible();
    await page.getByRole("button", { name: "End sessions…" }).click();
    await page.getByRole("button", { name: "End sessions", exact: true }).click();
    await expect(page.getByText("Nobody is signed in with this account.")).toBeVisible();
    await expect(page.getByRole("button", { name: "End sessions…" })).toHaveCount(0);
    expect(done(stub)).toEqual(["POST /api/v1/users/usr_2/end-sessions "]);
  });

  test("says where an owner can look when there is nobody of that id", async ({ page, faults }) => {
    faults.allow(/404/);
    await page.goto("/administrators/usr_9");
    await expect(page.getByRole("heading", { name: "There is no such administrator" })).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("link", { name: "Show all administrators" }).click();
    await expect(page.getByRole("table", { name: "Administrators" })).toBeVisible();
  });
});

test.describe("inviting", () => {
  test("is taken back, and the list has the invitation no more", async ({ page, stub }) => {
    await page.goto("/administrators");
    await page.getByRole("button", { name: "Revoke…" }).click();
    await expect(page.getByRole("alertdialog")).toContainText("katherine@orbital-charts.example");
    await expectAccessible(page);
    await page.getByRole("button", { name: "Revoke", exact: true }).click();
    await expect(page.getByRole("table", { name: "Invitations" })).toHaveCount(0);
    expect(stub.changes).toEqual(["DELETE /api/v1/invitations/inv_1 "]);
  });

  test("tells invitations that could not be read from none", async ({ page, stub }) => {
    stub.failOn = "/api/v1/invitations";
    await page.goto("/administrators");
    await expect(page.getByRole("table", { name: "Administrators" })).toBeVisible();
    await expect(page.getByText("Invitations could not be read")).toBeVisible();
    await expectAccessible(page);
  });

  test("shows the link once, and the list has the invitation", async ({ page, stub }) => {
    await page.goto("/administrators");
    await page.getByRole("button", { name: "Invite…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Email").fill("edsger@shortest-paths.example");
    await dialog.getByRole("radio", { name: /^Auditor/ }).check();
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Invite", exact: true }).click();
    await expect(dialog.getByLabel("Invitation link", { exact: true })).toHaveValue(/\/invitation#/);
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Done" }).click();
    await expect(page.getByRole("table", { name: "Invitations" })).toContainText("edsger@shortest-paths.example");
    expect(stub.changes.at(-1)).toBe(
      'POST /api/v1/invitations {"email":"edsger@shortest-paths.example","role":"auditor"}',
    );
  });

  test("is not offered to who may not", async ({ page, stub }) => {
    stub.role = "auditor";
    await page.goto("/administrators");
    await expect(page.getByRole("table", { name: "Administrators" })).toBeVisible();
    await expect(page.getByRole("button", { name: /Invite|Revoke/ })).toHaveCount(0);
    await page.goto("/administrators/usr_2");
    await expect(page.getByRole("main").getByRole("button", { name: /…$/ })).toHaveCount(0);
  });

  test("ends in an account: the link's page takes a name and a password, and no server sees its secret", async ({
    page,
    stub,
  }) => {
    stub.isSignedIn = false;
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto("/invitation#valid");
    await expect(page.getByText("grace@harbor-compilers.example")).toBeVisible();
    await page.getByLabel("Your name").fill("Grace Hopper");
    await page.getByLabel(/^A password/).fill("correct horse");
    await page.getByRole("button", { name: "Accept" }).click();
    await expect(page).toHaveURL(`${stub.origin}/`);
    expect(stub.changes).toContainEqual(
      'POST /api/v1/invitation/accept {"token":"valid","name":"Grace Hopper","password":"correct horse"}',
    );
    expect(asked.filter((url) => url.includes("valid"))).toEqual([]);
  });
});

test.describe("one's own sessions", () => {
  test("are ended one by one, and all others at once", async ({ page, stub }) => {
    await page.goto("/you");
    const table = page.getByRole("table", { name: "Your sessions" });
    await table
      .getByRole("row", { name: /Safari on iPhone/ })
      .getByRole("button", { name: "End…" })
      .click();
    await page.getByRole("button", { name: "End it" }).click();
    await expect(table).not.toContainText("Safari on iPhone");
    await page.getByRole("button", { name: "End all others…" }).click();
    await page.getByRole("button", { name: "End all others", exact: true }).click();
    await expect(table.getByRole("row")).toHaveCount(2);
    expect(stub.changes).toEqual(["DELETE /api/v1/sessions/ses_2 ", "POST /api/v1/session/end-others "]);
  });
});

test.describe("one's own password", () => {
  test("is changed, other sessions end, and nothing of it is in an address", async ({ page, stub }) => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto("/you");
    await expect(page.getByRole("table", { name: "Your sessions" }).getByRole("row")).toHaveCount(4);
    await page.getByLabel("Current password").fill("correct horse");
    await page.getByLabel(/^New password/).fill("battery staple 7");
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByText("Your password is changed")).toBeVisible();
    await expect(page.getByLabel("Current password")).toHaveValue("");
    await expect(page.getByRole("table", { name: "Your sessions" }).getByRole("row")).toHaveCount(2);
    expect(stub.changes).toEqual([
      'PUT /api/v1/session/password {"current_password":"correct horse","new_password":"battery staple 7"}',
    ]);
    expect(asked.filter((url) => /horse|staple/.test(decodeURIComponent(url)))).toEqual([]);
  });

  test("stays when something is wrong with it, and each field says what", async ({ page, faults }) => {
    faults.allow(/422/);
    await page.goto("/you");
    const current = page.getByLabel("Current password", { exact: true });
    const next = page.getByLabel("New password, 12 characters or more", { exact: true });
    await current.fill("wrong");
    await next.fill("battery staple 7");
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(current).toHaveAccessibleDescription("It is wrong.");
    await expect(next).not.toHaveAttribute("aria-invalid");
    await expectAccessible(page);
    await current.fill("correct horse");
    await next.fill("password password");
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(next).toHaveAccessibleDescription("It is among the passwords that are tried first.");
    await expect(current).not.toHaveAttribute("aria-invalid");
    await expect(page.getByText("Your password is changed")).toHaveCount(0);
  });

  test("is none where somebody signs in through an identity provider", async ({ page, stub }) => {
    stub.confirmWith = ["sso"];
    await page.goto("/you");
    await expect(page.getByText("You sign in through your identity provider")).toBeVisible();
    await expect(page.getByLabel("Current password")).toHaveCount(0);
  });
});
