import { expect, expectAccessibleInBothThemes, expectNoSideways, test } from "./pages-fixtures.ts";
import { approvalIds } from "./stub-approvals.ts";

// Without transitions a theme is judged by its colours, not by a moment between two.
test.use({ contextOptions: { reducedMotion: "reduce" } });

test.describe("requests for approval", () => {
  test("come first where they need whoever looks, say in words how they stand, and lead to each", async ({ page }) => {
    await page.goto("/");
    await page
      .getByRole("navigation", { name: "Main" })
      .getByRole("link", { name: /^Approvals/ })
      .click();
    await expect(page).toHaveURL("/approvals");
    const table = page.getByRole("table", { name: "Open requests" });
    await expect(table.getByRole("row")).toHaveCount(7);
    await expect(table.getByRole("row").nth(1)).toContainText("Needs your decision · expires in 6 d 23 h");
    const rowOf = (text: string) => table.getByRole("row").filter({ hasText: text });
    await expect(rowOf("Destroy the key")).toContainText("Waiting time · 19 h");
    await expect(rowOf("Wrap data keys")).toContainText("Waiting time over · confirm it, or withdraw it");
    await expect(rowOf("Re-wrap 48,211")).toContainText("Waits for a second person");
    await expect(rowOf("Enable the key")).toContainText("Approved · not carried out yet");
    await rowOf("Send the credentials").getByRole("link").click();
    await expect(page).toHaveURL(`/approvals/${approvalIds.hosts}`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Send the credentials of Acme CRM to other hosts");
  });

  test("that are over stand apart, with what came of them", async ({ page }) => {
    await page.goto("/approvals");
    await page.getByRole("link", { name: "Over", exact: true }).click();
    const table = page.getByRole("table", { name: "Requests that are over" });
    const statuses = [
      "Done · approved by Ada",
      "Done · approved by The command line",
      "Refused",
      "Withdrawn",
      "Expired",
    ];
    for (const one of statuses) await expect(table.getByRole("row").filter({ hasText: one }).first()).toBeVisible();
    await expect(table).toContainText("Failed · things have changed since");
  });

  test("are on the overview as long as they need whoever looks", async ({ page, stub }) => {
    await page.goto("/");
    const waiting = page.getByRole("region", { name: "Waits for your decision" });
    await expect(waiting.getByRole("listitem")).toHaveCount(3);
    await expect(waiting.getByRole("link", { name: "All 4 requests" })).toBeVisible();
    await expect(waiting).toContainText("Asked by Grace Hopper");
    stub.world.approvals.approvals = [];
    await page.goto("/");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(waiting).toHaveCount(0);
  });
});

test.describe("one request", () => {
  test("shows before and after, what follows, and exactly what is carried out", async ({ page }) => {
    await page.goto(`/approvals/${approvalIds.hosts}`);
    const changes = page.getByRole("region", { name: "What would be otherwise" });
    await expect(changes).toContainText(
      "Host for tokensBeforehttps://login.acme.exampleAfterhttps://auth.acme.example",
    );
    await expect(page.getByRole("region", { name: "What follows from it" })).toContainText("1,204 live accounts");
    await expect(page.getByText("Acme moved its sign-in")).toBeVisible();
    await page.getByText("Show the parameters").click();
    await expect(page.getByRole("region", { name: "Parameters" })).toContainText(
      '"tokenHost": "https://auth.acme.example"',
    );
  });

  test("is approved only by who typed what it is about, and is done", async ({ page, stub }) => {
    await page.goto(`/approvals/${approvalIds.hosts}`);
    await page.getByRole("button", { name: "Approve…" }).click();
    const dialog = page.getByRole("alertdialog");
    await expect(dialog).toContainText("Host for tokens: https://login.acme.example → https://auth.acme.example");
    await expect(dialog).toContainText("Whoever runs the new hosts can use every credential");
    const button = dialog.getByRole("button", { name: "Approve and carry out" });
    await expect(button).toBeDisabled();
    await dialog.getByLabel("To go on, type acme-crm").fill("acme-cr");
    await expect(button).toBeDisabled();
    await expectAccessibleInBothThemes(page, "approval-dialog");
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoSideways(page);
    await expectAccessibleInBothThemes(page, "approval-dialog-360");
    await dialog.getByLabel("To go on, type acme-crm").fill("acme-crm");
    await button.click();
    await expect(page.getByText("Ada Lovelace approved it, and it was carried out.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Approve…" })).toHaveCount(0);
    expect(stub.changes).toEqual([`POST /api/v1/approvals/${approvalIds.hosts}/approve `]);
  });

  test("is refused, and nothing is changed", async ({ page, stub }) => {
    await page.goto(`/approvals/${approvalIds.disable}`);
    await page.getByRole("button", { name: "Refuse…" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Refuse" }).click();
    await expect(page.getByText("Ada Lovelace refused it.")).toBeVisible();
    expect(stub.changes).toEqual([`POST /api/v1/approvals/${approvalIds.disable}/refuse `]);
  });

  test("of one's own is withdrawn, and not approved", async ({ page, stub }) => {
    await page.goto(`/approvals/${approvalIds.own}`);
    await expect(page.getByText("You asked for this, so somebody else decides.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Approve…" })).toHaveCount(0);
    await page.getByRole("button", { name: "Withdraw…" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Withdraw" }).click();
    await expect(page.getByText("Ada Lovelace took it back.")).toBeVisible();
    expect(stub.changes).toEqual([`POST /api/v1/approvals/${approvalIds.own}/withdraw `]);
  });

  test("that waited for its asker is confirmed by them", async ({ page }) => {
    await page.goto(`/approvals/${approvalIds.toConfirm}`);
    await page.getByRole("button", { name: "Confirm…" }).click();
    const dialog = page.getByRole("alertdialog");
    await expect(dialog).toContainText("You asked for this, and nobody stopped it.");
    await dialog.getByRole("textbox").fill("production");
    await dialog.getByRole("button", { name: "Confirm and carry out" }).click();
    await expect(page.getByText("and it was carried out.")).toBeVisible();
  });

  test("that somebody else decided meanwhile says so, and shows how it stands", async ({ page, stub, faults }) => {
    faults.allow(/409/);
    await page.goto(`/approvals/${approvalIds.disable}`);
    await page.getByRole("button", { name: "Approve…" }).click();
    const one = stub.world.approvals.approvals.find(({ id }) => id === approvalIds.disable);
    Object.assign(one ?? {}, {
      status: "withdrawn",
      may: { approve: false, refuse: false, withdraw: false, why_not: "" },
    });
    const dialog = page.getByRole("alertdialog");
    await dialog.getByRole("textbox").fill("k2025-11");
    await dialog.getByRole("button", { name: "Approve and carry out" }).click();
    await expect(dialog.getByRole("alert")).toContainText("Somebody else decided already.");
    await dialog.getByRole("button", { name: "Not yet" }).click();
    await expect(page.getByText("Grace Hopper took it back.")).toBeVisible();
  });

  for (const role of ["operator", "support", "auditor"] as const) {
    test(`offers nothing to ${role === "support" ? "" : "an "}${role} who may not decide on it`, async ({
      page,
      stub,
    }) => {
      stub.role = role;
      await page.goto(`/approvals/${approvalIds.disable}`);
      await expect(page.getByText("Your role may not do this. It takes an owner.")).toBeVisible();
      for (const name of ["Approve…", "Refuse…", "Withdraw…"])
        await expect(page.getByRole("button", { name })).toHaveCount(0);
    });
  }
});
