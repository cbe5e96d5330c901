import { expect, expectAccessibleInBothThemes, test } from "./pages-fixtures.ts";
import { approvalIds } from "./stub-approvals.ts";
import { arrangeKeys, keyIds, rewrapRun } from "./stub-keys.ts";

// Without transitions a theme is judged by its colours, not by a moment between two.
test.use({ contextOptions: { reducedMotion: "reduce" } });

const bodyOf = (change: string | undefined): unknown => JSON.parse(change?.slice(change.indexOf("{")) ?? "null");

test.describe("keys", () => {
  test("say in a sentence whether all is well, what each seals and how worn it is", async ({ page }) => {
    await page.goto("/");
    await page.getByRole("link", { name: "Keys", exact: true }).click();
    await expect(
      page.getByText("16,341 values are still sealed under an older key, and a re-wrap is running."),
    ).toBeVisible();
    const rowOf = (id: string) =>
      page.getByRole("table", { name: "Keys", exact: true }).getByRole("row").filter({ hasText: id });
    await expect(rowOf(keyIds.current)).toContainText("31,402 token sets421 secrets47 kept answers");
    await expect(rowOf(keyIds.opens)).toContainText("1.62 billion");
    await expect(rowOf(keyIds.opens)).toContainText("near the alarm");
    await expect(rowOf(keyIds.old)).toContainText("Disabled");
    await expect(page.getByRole("table", { name: "Requests about keys" }).getByRole("row")).toHaveCount(6);
  });

  test("that seal nothing any more can be asked to be disabled, and the request is shown", async ({ page, stub }) => {
    arrangeKeys(stub.world.keys, "done");
    stub.world.approvals.approvals = stub.world.approvals.approvals.filter(({ id }) => id === approvalIds.own);
    await page.goto("/keys");
    await expect(page.getByText(`Everything here is sealed under ${keyIds.current}.`)).toBeVisible();
    await expect(page.getByText("all 483 opened")).toBeVisible();
    await page.getByRole("button", { name: "Disable…" }).click();
    const dialog = page.getByRole("alertdialog");
    await expect(dialog).toContainText("Another owner has to approve it before anything happens.");
    await expectAccessibleInBothThemes(page, "key-disable-dialog");
    await dialog.getByRole("button", { name: "Ask for it" }).click();
    await expect(page).toHaveURL(`/approvals/${approvalIds.own}`);
    expect(stub.changes).toEqual([`POST /api/v1/keys/${keyIds.opens}/disable `]);
  });

  test("are re-wrapped at a chosen pace, when a second person approves", async ({ page, stub }) => {
    arrangeKeys(stub.world.keys, "done");
    stub.world.keys.keys.runs = [];
    stub.world.approvals.approvals = stub.world.approvals.approvals.filter(({ id }) => id === approvalIds.own);
    const own = stub.world.approvals.approvals[0];
    Object.assign(own ?? {}, { kind: "key.policy_change" });
    await page.goto("/keys");
    await page.getByRole("button", { name: "Start a re-wrap…" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByLabel("Pace").selectOption("200 a second");
    await dialog.getByRole("button", { name: "Ask for it" }).click();
    await expect(page).toHaveURL(`/approvals/${approvalIds.own}`);
    expect(bodyOf(stub.changes[0])).toEqual({ pace: 200 });
  });

  test("that got a new version have everything re-wrapped under it, and say so while it goes on", async ({
    page,
    stub,
  }) => {
    arrangeKeys(stub.world.keys, "done");
    stub.world.keys.keys.runs = [];
    stub.world.approvals.approvals = stub.world.approvals.approvals.filter(({ id }) => id === approvalIds.own);
    Object.assign(stub.world.approvals.approvals[0] ?? {}, { kind: "key.policy_change" });
    await page.goto("/keys");
    await page.getByRole("button", { name: "Start a re-wrap…" }).click();
    const dialog = page.getByRole("alertdialog");
    await expect(dialog).toContainText("Look for values under other keys?");
    await dialog.getByRole("checkbox", { name: "Also what the current key seals" }).check();
    await expect(dialog).toContainText("Re-wrap everything?");
    await expectAccessibleInBothThemes(page, "keys-rewrap-everything-dialog");
    await dialog.getByRole("button", { name: "Ask for it" }).click();
    await expect(page).toHaveURL(`/approvals/${approvalIds.own}`);
    expect(bodyOf(stub.changes[0])).toEqual({ pace: null, everything: true });

    stub.world.keys.keys.runs = [rewrapRun(Date.now(), { everything: true, from: [] })];
    await page.goto("/keys");
    await expect(
      page.getByText(`A re-wrap of everything under the newest version of ${keyIds.current} is running.`),
    ).toBeVisible();
    const section = page.getByRole("region", { name: "Re-wrap" });
    await expect(section).toContainText("everything, under the newest version");
    await section.getByRole("button", { name: "Stop…" }).click();
    await expect(page.getByRole("alertdialog")).toContainText("it begins with the first value again");
    await page.getByRole("alertdialog").getByRole("button", { name: "Let it run" }).click();
    await expectAccessibleInBothThemes(page, "keys-rewrap-everything");
  });

  test("that are being re-wrapped show how far it is; it is paused, slowed down, resumed and stopped", async ({
    page,
    stub,
  }) => {
    await page.goto("/keys");
    const section = page.getByRole("region", { name: "Re-wrap" });
    await expect(section).toContainText("Running · About 40 s left");
    await expect(section.getByRole("progressbar", { name: "Re-wrapped" })).toHaveAttribute("value", "66");
    await expect(section).toContainText("413 a second, no limit");
    await section.getByRole("button", { name: "Pause" }).click();
    await expect(section).toContainText("Paused · It goes on where it stopped");
    await section.getByLabel("Pace").selectOption("50 a second");
    await expect(section).toContainText("at most 50 a second");
    await section.getByRole("button", { name: "Resume" }).click();
    await expect(section).toContainText("Running");
    await section.getByRole("button", { name: "Stop…" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Stop" }).click();
    await expect(section).toContainText("Stopped · What was re-wrapped stays so");
    expect(stub.changes.map(bodyOf)).toEqual([
      { state: "paused" },
      { pace: 50 },
      { state: "running" },
      { state: "stopped" },
    ]);
  });

  test("that do not open are named where a re-wrap met them", async ({ page, stub }) => {
    arrangeKeys(stub.world.keys, "failed");
    await page.goto("/keys");
    const section = page.getByRole("region", { name: "Re-wrap" });
    await expect(section).toContainText(`Ended · ${keyIds.opens} still seals 3`);
    const list = section.getByRole("list", { name: "What does not open" });
    await expect(list.getByRole("listitem")).toHaveCount(3);
    await expect(list).toContainText("altered or moved, or its key is not configured");
    await expect(list.getByRole("link")).toHaveCount(2);
    await expectAccessibleInBothThemes(page, "keys-failed");
  });

  test("prove in a drill that a backup without them opens nothing", async ({ page, stub }) => {
    await page.goto("/keys");
    await page.getByRole("button", { name: "Run the drill" }).click();
    const drill = page.getByRole("region", { name: "Drill" });
    await expect(drill).toContainText("Proven: the copy alone opens nothing");
    await expect(drill).toContainText("With random keys of the same names0 of 200 open");
    await expect(drill).toContainText("In the name of staging0 of 200 open");
    await expectAccessibleInBothThemes(page, "keys-drill");
    stub.world.keys.drill = { ...stub.world.keys.drill, opened_with_keys_of: { staging: 3 }, proven: false };
    await page.getByRole("button", { name: "Run it again" }).click();
    await expect(drill).toContainText("Not proven: look at what is marked");
    await expect(drill).toContainText("3 of 200 open, none should");
  });

  for (const role of ["operator", "support", "auditor"] as const) {
    test(`are read by ${role === "support" ? "" : "an "}${role}, who is offered nothing to do`, async ({
      page,
      stub,
    }) => {
      stub.role = role;
      await page.goto("/keys");
      await expect(page.getByRole("table", { name: "Keys", exact: true })).toBeVisible();
      await expect(
        page.getByRole("main").getByRole("button", { name: /Pause|Stop|Run|Disable|Enable|Use|Start/ }),
      ).toHaveCount(0);
      await expect(page.getByRole("main").getByRole("combobox")).toHaveCount(0);
    });
  }
});
