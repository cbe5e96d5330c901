import type { Page } from "@playwright/test";
import { expect, expectAccessibleInBothThemes, expectNoSideways, test } from "./pages-fixtures.ts";
import { ids } from "./stub-accounts.ts";
import { newSecret } from "./stub-webhook-answers.ts";
import { eventIds, hookIds, manyDeliveries } from "./stub-webhooks.ts";

// Without transitions a theme is judged by its colours, not by a moment between two.
test.use({ contextOptions: { reducedMotion: "reduce" } });

const changeOf = (change: string | undefined): unknown => JSON.parse(change?.slice(change.indexOf("{")) ?? "null");
const rows = (page: Page) => page.getByRole("list", { name: "Deliveries" }).locator("summary");

test.describe("endpoints", () => {
  test("say in words how each does, and lead to it", async ({ page }) => {
    await page.goto("/");
    await page.getByRole("link", { name: "Webhooks" }).click();
    const table = page.getByRole("table", { name: "Endpoints" });
    await expect(table.getByRole("row")).toHaveCount(10);
    const rowOf = (text: string) => table.getByRole("row").filter({ hasText: text });
    await expect(rowOf("billing.example.com")).toContainText("Failing · will be disabled in 1 d");
    await expect(rowOf("billing.example.com")).toContainText("Re-authorization needed +1");
    await expect(rowOf("billing.example.com")).toContainText("1,284");
    await expect(rowOf("billing.example.com").getByTitle("0 of 31 deliveries of the last 24 hours")).toHaveText(/0 %/);
    await expect(rowOf("app.example.com/webhooks").getByTitle(/^997 of the latest 1,000/)).toHaveText(/99.7 %/);
    await expect(rowOf("old.example.com")).toContainText("Disabled · failed for five days");
    await expect(rowOf("moved.example.com")).toContainText("Disabled · it answered 410 Gone");
    await expect(rowOf("ops@example.com")).toContainText("Email");
    await rowOf("billing.example.com").getByRole("link").click();
    await expect(page).toHaveURL(`/webhooks/${hookIds.failing}`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("https://billing.example.com/hooks");
    await expect(page.getByText("Look at what it answers below, repair the receiver")).toBeVisible();
    await expect(page.getByText(/Unless one arrives, it will be disabled on \w+ \d+, [\d:]+ UTC/)).toBeVisible();
  });

  test("that are none teach the next steps", async ({ page, stub }) => {
    stub.world.webhooks.endpoints = [];
    await page.goto("/webhooks");
    await expect(
      page.getByRole("listitem").filter({ hasText: /Send it a test event|Verify the signature/ }),
    ).toHaveCount(2);
    await page.getByRole("link", { name: "Add the first endpoint" }).click();
    await expect(page).toHaveURL("/webhooks/new");
  });
});

test.describe("a new endpoint", () => {
  test("gets chosen events, and shows its secret once, through every step after it", async ({
    page,
    stub,
    context,
  }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto("/webhooks/new");
    await page.getByLabel("URL").fill("https://new.example.com/hooks");
    await page.getByLabel("Description").fill("Staging backend");
    await page.getByLabel("Only what I choose").check();
    await page.getByRole("checkbox", { name: "All security events" }).check();
    await page.getByRole("checkbox", { name: /^Account connected/ }).uncheck();
    await expect(page.getByRole("checkbox", { name: "All account events" })).not.toBeChecked();
    await expectAccessibleInBothThemes(page, "webhook-choice");
    await page.getByRole("button", { name: "Add endpoint" }).click();

    const secret = page.getByRole("textbox", { name: "Signing secret" });
    await expect(secret).toHaveValue(newSecret);
    await expect(page.getByText("It is shown only this once")).toBeVisible();
    await expectAccessibleInBothThemes(page, "webhook-secret");
    await page.getByRole("button", { name: "Copy the secret" }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(newSecret);
    const sent = changeOf(stub.changes[0]) as { events: string[] };
    expect(sent).toMatchObject({
      url: "https://new.example.com/hooks",
      format: "standard",
      description: "Staging backend",
    });
    expect(sent.events).toContain("security:*");
    expect(sent.events).toContain("integrated_account:authentication_error");
    expect(sent.events).not.toContain("integrated_account:created");
    expect(sent.events).not.toContain("integrated_account:*");

    // The example's language is in the address: choosing one must not lose what is shown once.
    await page.getByRole("link", { name: "Python" }).click();
    await expect(page.getByText("pip install standardwebhooks")).toBeVisible();
    await expect(secret).toHaveValue(newSecret);
    await page.getByRole("button", { name: "Send test event" }).click();
    await expect(page.getByRole("link", { name: "See what came of it" })).toBeVisible();
    await expect(secret).toHaveValue(newSecret);
    await page.getByRole("link", { name: "Done, show the endpoint" }).click();
    await expect(page.getByText("Nothing was sent here yet.", { exact: true })).toBeVisible();
    await expect(page.getByText(newSecret)).toHaveCount(0);
  });

  test("may be a mailbox, which has no secret", async ({ page, stub }) => {
    await page.goto("/webhooks/new");
    await page.getByRole("radio", { name: /^Email/ }).check();
    await page.getByLabel("Mail address").fill("ops@example.com");
    await page.getByRole("button", { name: "Add endpoint" }).click();
    await expect(page.getByText("Messages of this format carry no signature.")).toBeVisible();
    await expect(page.getByRole("textbox", { name: "Signing secret" })).toHaveCount(0);
    expect(changeOf(stub.changes[0])).toMatchObject({ url: "mailto:ops@example.com", format: "email", events: ["*"] });
  });

  test("says at the field what is wrong, and keeps what was typed", async ({ page, faults }) => {
    faults.allow(/status of 422/);
    await page.goto("/webhooks/new");
    const url = page.getByLabel("URL");
    await url.fill("http://inside.example.com/hooks");
    await page.getByRole("button", { name: "Add endpoint" }).click();
    await expect(url).toHaveAccessibleDescription(/^Must be an https address/);
    await expect(url).toHaveValue("http://inside.example.com/hooks");
    await expect(url).toHaveAttribute("aria-invalid", "true");
    await expectAccessibleInBothThemes(page, "webhook-wrong");
  });

  test("without any event is not sent", async ({ page, stub }) => {
    await page.goto("/webhooks/new");
    await page.getByLabel("URL").fill("https://new.example.com/hooks");
    await page.getByLabel("Only what I choose").check();
    await page.getByRole("checkbox", { name: "All account events" }).uncheck();
    await page.getByRole("button", { name: "Add endpoint" }).click();
    await expect(page.getByText("Choose at least one event.")).toBeVisible();
    expect(stub.changes).toEqual([]);
  });
});

test.describe("an endpoint", () => {
  test("is changed", async ({ page, stub }) => {
    await page.goto(`/webhooks/${hookIds.failing}`);
    await page.getByRole("link", { name: "Edit" }).click();
    await expect(page.getByRole("radio", { name: /^Email/ })).toHaveCount(0);
    await page.getByLabel("URL").fill("https://billing.example.com/v2");
    await page.getByRole("button", { name: "Save changes" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("https://billing.example.com/v2");
    expect(changeOf(stub.changes[0])).toEqual({
      url: "https://billing.example.com/v2",
      events: ["integrated_account:authentication_error", "integrated_account:reactivated"],
      description: "Billing, which pauses subscriptions",
    });
  });

  test("of a chat is changed without showing its address, which stays unless another one is typed", async ({
    page,
    stub,
  }) => {
    await page.goto(`/webhooks/${hookIds.chat}/edit`);
    const url = page.getByLabel("URL");
    await expect(url).toHaveValue("");
    await expect(url).toHaveAttribute("placeholder", "https://chat.example.com/…9Xq4");
    await expectAccessibleInBothThemes(page, "webhook-chat-edit");
    await page.getByLabel("Description").fill("#alerts");
    await page.getByRole("button", { name: "Save changes" }).click();
    await expect(page.getByText("#alerts")).toBeVisible();
    await page.getByRole("link", { name: "Edit" }).click();
    await url.fill("https://chat.example.com/hooks/T0002");
    await page.getByRole("button", { name: "Save changes" }).click();
    await expect(page).toHaveURL(`/webhooks/${hookIds.chat}`);
    const [first, second] = stub.changes.map(changeOf);
    expect(first).not.toHaveProperty("url");
    expect(second).toMatchObject({ url: "https://chat.example.com/hooks/T0002", description: "#alerts" });
  });

  test("may be asked for some types of events once more, of those that it gets", async ({ page, stub }) => {
    await page.goto(`/webhooks/${hookIds.failing}`);
    await page.getByRole("button", { name: "Replay…" }).click();
    const dialog = page.getByRole("dialog", { name: "Replay events" });
    await expect(dialog.getByLabel("Event type").getByRole("option")).toHaveText([
      "All that it gets",
      "Re-authorization needed",
      "Account works again",
    ]);
    await dialog.getByRole("button", { name: "Replay" }).click();
    await expect(page.getByText("7 deliveries are on the way")).toBeVisible();
    expect(changeOf(stub.changes[0])).not.toHaveProperty("event_types");
  });

  test("that was disabled is enabled again, and offers to replay what it missed", async ({ page, stub }) => {
    await page.goto(`/webhooks/${hookIds.gaveUp}`);
    await expect(page.getByText("since nothing had arrived for five days")).toBeVisible();
    for (const absent of ["Send test event", "Replay…"]) {
      await expect(page.getByRole("button", { name: absent })).toHaveCount(0);
    }
    const disabledAt = stub.world.webhooks.endpoints.find(({ id }) => id === hookIds.gaveUp)?.disabled_at ?? "";
    await page.getByRole("button", { name: "Enable again" }).click();
    await expect(page.getByText("What it missed waits for a replay.")).toBeVisible();
    await page.getByText("What it missed").locator("..").getByRole("button", { name: "Replay…" }).click();
    const dialog = page.getByRole("dialog", { name: "Replay events" });
    await expect(dialog.getByLabel("From")).toHaveValue(disabledAt.slice(0, 16));
    await expectAccessibleInBothThemes(page, "dialog-replay");
    await dialog.getByLabel(/^To/).fill("2031-01-02T03:04");
    await dialog.getByRole("radio", { name: "Everything" }).check();
    await dialog.getByLabel("Event type").selectOption("Re-authorization needed");
    await dialog.getByRole("button", { name: "Replay" }).click();
    await expect(page.getByText("7 deliveries are on the way")).toBeVisible();
    expect(stub.changes[0]).toBe(`PATCH /api/v1/webhook-endpoints/${hookIds.gaveUp} {"status":"enabled"}`);
    expect(changeOf(stub.changes[1])).toEqual({
      from: `${disabledAt.slice(0, 16)}:00.000Z`,
      to: "2031-01-02T03:04:00.000Z",
      status: "all",
      event_types: ["integrated_account:authentication_error"],
    });
  });

  test("gets a test event, and says why one was not sent", async ({ page, stub, faults }) => {
    faults.allow(/status of 409/);
    await page.goto(`/webhooks/${hookIds.failing}`);
    await page.getByRole("button", { name: "Send test event" }).click();
    await expect(page.getByText("A test event is on its way")).toBeVisible();
    await expect(page.getByRole("link", { name: "See what came of it" })).toHaveAttribute(
      "href",
      `/webhooks/events/${eventIds.reauth}`,
    );
    expect(stub.changes).toEqual([`POST /api/v1/webhook-endpoints/${hookIds.failing}/test `]);
    // Somebody else disables it a moment before.
    await page.route("**/test", async (route) => {
      const failing = stub.world.webhooks.endpoints.find(({ id }) => id === hookIds.failing);
      if (failing !== undefined) failing.status = "disabled";
      await route.continue();
    });
    await page.getByRole("button", { name: "Send test event" }).click();
    await expect(page.getByText("No test event was sent: Conflict")).toBeVisible();
    await expect(page.getByText("The endpoint is disabled. Enable it first.")).toBeVisible();
  });

  test("rotates its secret only after saying what will happen, and shows the new one once", async ({ page, stub }) => {
    await page.goto(`/webhooks/${hookIds.failing}`);
    await page.getByRole("button", { name: "Rotate secret…" }).click();
    const dialog = page.getByRole("alertdialog", { name: "Replace the signing secret?" });
    await expect(dialog.getByText("For 24 hours every delivery carries two signatures")).toBeVisible();
    await expectAccessibleInBothThemes(page, "dialog-rotate");
    await dialog.getByRole("button", { name: "Keep it" }).click();
    expect(stub.changes).toEqual([]);
    await page.getByRole("button", { name: "Rotate secret…" }).click();
    await dialog.getByRole("button", { name: "Rotate secret" }).click();
    await expect(page.getByRole("textbox", { name: "Signing secret" })).toHaveValue(newSecret);
    await expect(page.getByText(/carry the signatures of both secrets until \d{4}-/)).toBeVisible();
    await expect(page.getByText(/^Two signatures until/)).toBeVisible();
    await expectAccessibleInBothThemes(page, "webhook-rotated");
    await page.reload();
    await expect(page.getByRole("textbox", { name: "Signing secret" })).toHaveCount(0);
  });

  test("is disabled, and deleted, only after saying what will happen", async ({ page, stub }) => {
    await page.goto(`/webhooks/${hookIds.healthy}`);
    await page.getByRole("button", { name: "Disable…" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Disable", exact: true }).click();
    await expect(page.getByText(/^Disabled by hand/)).toBeVisible();
    await page.getByRole("button", { name: "Delete…" }).click();
    const dialog = page.getByRole("alertdialog", { name: "Delete this endpoint?" });
    await expect(dialog.getByText("its log of deliveries are erased")).toBeVisible();
    await expectAccessibleInBothThemes(page, "dialog-delete");
    await dialog.getByRole("button", { name: "Delete endpoint" }).click();
    await expect(page).toHaveURL("/webhooks");
    await expect(page.getByText("app.example.com")).toHaveCount(0);
    expect(stub.changes.map((change) => change.split(" ")[0])).toEqual(["PATCH", "DELETE"]);
  });

  test("that cannot be changed says why", async ({ page, stub, faults }) => {
    faults.allow(/status of 404/);
    await page.goto(`/webhooks/${hookIds.healthy}`);
    await page.getByRole("button", { name: "Delete…" }).click();
    stub.world.webhooks.endpoints = [];
    await page.getByRole("button", { name: "Delete endpoint" }).click();
    await expect(page.getByRole("alert").getByText("There is no such thing here")).toBeVisible();
  });

  test("shows how to verify in four languages, by keyboard", async ({ page }) => {
    await page.goto(`/webhooks/${hookIds.healthy}`);
    const languages = page.getByRole("navigation", { name: "Language of the example" });
    for (const [name, install] of [
      ["Python", "pip install standardwebhooks"],
      ["Go", "go get github.com/standard-webhooks"],
      ["Ruby", "gem install standardwebhooks"],
      ["TypeScript", "npm install standardwebhooks"],
    ] as const) {
      await languages.getByRole("link", { name }).focus();
      await page.keyboard.press("Enter");
      await expect(page.getByText(install)).toBeVisible();
      await expect(languages.getByRole("link", { name })).toHaveAttribute("aria-current", "true");
    }
    await expect(page.getByRole("region", { name: "Verify a delivery in TypeScript" })).toContainText(
      "webhook.verify(body",
    );
  });
});

test.describe("deliveries", () => {
  test("unfold into their attempts with what was answered, and are sent once more", async ({ page, stub }) => {
    await page.goto(`/webhooks/${hookIds.healthy}`);
    await expect(rows(page)).toHaveText([
      /Retrying.*Refresh delayed.*2 attempts · no answer · due in 3 min/s,
      /Delivered.*Re-authorization needed.*2 attempts · HTTP 204/s,
      /Failed.*Mass failure held.*HTTP 500/s,
    ]);
    const failed = page.getByRole("listitem").filter({ hasText: "Mass failure held" });
    await failed.locator("summary").focus();
    await page.keyboard.press("Enter");
    await expect(failed.getByText('{"error":"no such table: accounts"}')).toBeVisible();
    await expect(failed.getByRole("list", { name: "Attempts" })).toContainText("84 ms");
    await expectAccessibleInBothThemes(page, "webhook-attempts");
    await failed.getByRole("button", { name: "Redeliver" }).click();
    await expect(failed.getByText("On its way, with the same id.")).toBeVisible();
    await expect(failed.locator("summary")).toContainText("Retrying");
    expect(stub.changes).toHaveLength(1);
    expect(stub.changes[0]).toMatch(/^POST \/api\/v1\/webhook-deliveries\/dlv_given\w+\/redeliver/);
    await failed.getByRole("link", { name: "The event and its payload" }).click();
    await expect(page).toHaveURL(`/webhooks/events/${eventIds.massFailure}`);
  });

  test("stay unfolded while the page updates itself", async ({ page, stub }) => {
    await page.goto(`/webhooks/${hookIds.healthy}`);
    await rows(page).nth(1).click();
    await expect(page.getByText("Empty answer").first()).toBeVisible();
    const [first] = stub.world.webhooks.deliveries;
    if (first !== undefined) Object.assign(first, { status: "delivered", next_attempt_at: null });
    await expect(rows(page).first()).toContainText("Delivered");
    await expect(page.getByText("Empty answer").first()).toBeVisible();
  });

  test("keep their filter in the URL, and are paged by cursor", async ({ page, stub }) => {
    stub.world.webhooks.deliveries = manyDeliveries(stub.world.webhooks);
    await page.goto(`/webhooks/${hookIds.healthy}`);
    await expect(rows(page)).toHaveCount(20);
    await page.getByRole("link", { name: "Older" }).click();
    await expect(page).toHaveURL(/cursor=20/);
    await page.getByRole("link", { name: "Older" }).click();
    await expect(rows(page)).toHaveCount(7);
    await page.getByRole("link", { name: "Newest" }).click();
    await expect(rows(page)).toHaveCount(20);
    await page.getByRole("navigation", { name: "Deliveries by status" }).getByRole("link", { name: "Failed" }).click();
    await expect(page).toHaveURL(/\?status=failed$/);
    await expect(rows(page)).toHaveCount(15);
    await page.getByLabel("Event type").selectOption("Refresh delayed");
    await expect(page).toHaveURL(/status=failed&event_type=integrated_account%3Arefresh_delayed$/);
    await expect(rows(page)).toHaveCount(15);
    await page.getByLabel("Event type").selectOption("Security anomaly");
    await expect(page.getByRole("heading", { name: "No delivery matches" })).toBeVisible();
    await page.getByRole("link", { name: "Show all deliveries" }).click();
    await expect(rows(page)).toHaveCount(20);
    await expect(page.getByLabel("Event type")).toHaveValue("all");
  });
});

test.describe("events", () => {
  test("lead from an account to the whole story of one, and back", async ({ page }) => {
    await page.goto(`/accounts/${ids.revoked}`);
    await page.getByRole("link", { name: "Its events" }).click();
    await expect(page).toHaveURL(`/webhooks/events?account=${ids.revoked}`);
    await expect(page.getByRole("row")).toHaveCount(4);
    await page.getByRole("link", { name: "Re-authorization needed" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Re-authorization needed");
    await expect(page.getByText("initech · Salesforce")).toBeVisible();
    await expect(page.getByRole("region", { name: "Body of the event" })).toContainText('"sequence": 17');
    await expect(page.getByRole("region", { name: "Body of the event" })).not.toContainText("deliveries");
    await expect(rows(page)).toHaveCount(4);
    const billing = page.getByRole("listitem").filter({ hasText: "billing.example.com" });
    await expect(billing.getByText("try later")).toBeVisible();
    // What is disabled takes nothing.
    const disabled = page.getByRole("listitem").filter({ hasText: "old.example.com" });
    await expect(disabled.getByRole("button", { name: "Redeliver" })).toHaveCount(0);
    await page.getByRole("link", { name: ids.revoked }).click();
    await expect(page).toHaveURL(`/accounts/${ids.revoked}`);
  });

  test("keep their filter in the URL", async ({ page }) => {
    await page.goto("/webhooks");
    await page.getByRole("navigation", { name: "Webhooks" }).getByRole("link", { name: "Events" }).click();
    await expect(page.getByRole("row")).toHaveCount(7);
    await page.getByLabel("Event type").selectOption("Mass failure held");
    await expect(page).toHaveURL(/event_type=integration%3Amass_failure$/);
    await expect(page.getByRole("row")).toHaveCount(2);
  });

  test("about an endpoint lead to it", async ({ page }) => {
    await page.goto(`/webhooks/events/${eventIds.endpoint}`);
    await page.getByRole("link", { name: hookIds.gaveUp }).click();
    await expect(page).toHaveURL(`/webhooks/${hookIds.gaveUp}`);
  });

  test("that went nowhere say so", async ({ page }) => {
    await page.goto(`/webhooks/events/${eventIds.nowhere}`);
    await expect(page.getByRole("heading", { name: "It went to no endpoint" })).toBeVisible();
  });
});

for (const role of ["support", "auditor"] as const) {
  test(`${role} may look, and is offered nothing that is not permitted`, async ({ page, stub }) => {
    stub.role = role;
    await page.goto("/webhooks");
    await expect(page.getByRole("row")).toHaveCount(10);
    await expect(page.getByRole("link", { name: "Add endpoint" })).toHaveCount(0);
    await page.goto(`/webhooks/${hookIds.healthy}`);
    await rows(page).nth(1).click();
    await expect(page.getByText("Empty answer").first()).toBeVisible();
    for (const name of [/Send test/, /Replay/, /Rotate/, /Disable/, /Delete/, /Redeliver/, /Try now/]) {
      await expect(page.getByRole("button", { name })).toHaveCount(0);
    }
    await expect(page.getByRole("link", { name: "Edit" })).toHaveCount(0);
    for (const path of ["/webhooks/new", `/webhooks/${hookIds.healthy}/edit`]) {
      await page.goto(path);
      await expect(page.getByRole("heading", { name: /Your role may not/ })).toBeVisible();
    }
  });
}

test("answers 404 for an endpoint and an event that are not there", async ({ page }) => {
  expect((await page.request.get("/webhooks/whe_nobody")).status()).toBe(404);
  expect((await page.request.get("/webhooks/whe_nobody/edit")).status()).toBe(404);
  expect((await page.request.get("/webhooks/events/evt_nobody")).status()).toBe(404);
});

test("dialogs fit a phone", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 640 });
  await page.goto(`/webhooks/${hookIds.untried}`);
  for (const [button, role] of [
    ["Replay…", "dialog"],
    ["Delete…", "alertdialog"],
  ] as const) {
    await page.getByRole("button", { name: button }).click();
    await expect(page.getByRole(role)).toBeVisible();
    await expectNoSideways(page);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("button", { name: button })).toBeFocused();
  }
});
