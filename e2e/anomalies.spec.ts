import { allAnomalies, jump } from "./stub-anomalies.ts";
import { expect, expectAccessibleInBothThemes, test } from "./pages-fixtures.ts";

test.describe("an alarm that rings", () => {
  test.beforeEach(({ stub }) => {
    stub.world.anomalies = [jump()];
  });

  test("says who, since when and how far from the past, and stops the key", async ({ page, stub }) => {
    await page.goto("/");
    await expect(page.getByText("1 alarm rings.")).toHaveCount(0);
    const alarm = page.getByRole("article", { name: "Backend opens far more credentials than it ever does" });
    await expect(alarm.getByText("300 credentials of 60 tenants within a minute")).toBeVisible();
    await expect(alarm.getByText("up to 3")).toBeVisible();
    await expect(alarm.getByText("…x7Qp")).toBeVisible();
    await alarm.getByRole("button", { name: "Stop the key…" }).click();
    const dialog = page.getByRole("alertdialog", { name: "Stop the key Backend?" });
    await expect(dialog.getByText("Every process refuses it within a second.")).toBeVisible();
    await expectAccessibleInBothThemes(page, "dialog-stop-key");
    await dialog.getByRole("button", { name: "Leave it in force" }).click();
    expect(stub.changes).toEqual([]);
    await alarm.getByRole("button", { name: "Stop the key…" }).click();
    await dialog.getByRole("button", { name: "Stop the key" }).click();
    await expect(alarm.getByText("Every request with this key is refused.")).toBeVisible();

    await alarm.getByRole("button", { name: "Start it again…" }).click();
    await page
      .getByRole("alertdialog", { name: "Start the key Backend again?" })
      .getByRole("button", { name: "Start it again" })
      .click();
    await expect(alarm.getByText("In force")).toBeVisible();
    const id = stub.world.anomalies[0]?.caller?.id;
    expect(stub.changes).toEqual([`POST /api/v1/api-keys/${id}/stop `, `POST /api/v1/api-keys/${id}/restart `]);
  });

  test("leaves the page when it is acknowledged", async ({ page, stub }) => {
    await page.goto("/");
    await page.getByRole("button", { name: /^Acknowledge: Backend opens/ }).click();
    await expect(page.getByRole("region", { name: "Something is unlike the past" })).toHaveCount(0);
    expect(stub.changes).toEqual([`POST /api/v1/anomalies/${stub.world.anomalies[0]?.id}/acknowledge `]);
  });

  test("is an owner's to take back, an operator's to stop, and nobody's who may not read it", async ({
    page,
    stub,
  }) => {
    stub.world.anomalies = allAnomalies().slice(0, 1);
    stub.role = "operator";
    await page.goto("/");
    await expect(page.getByText("Stopped by this alarm")).toBeVisible();
    await expect(page.getByRole("button", { name: /^Acknowledge/ })).toBeVisible();
    await expect(page.getByRole("button", { name: "Start it again…" })).toHaveCount(0);
    stub.role = "support";
    await page.goto("/");
    await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
    await expect(page.getByText("Stopped by this alarm")).toHaveCount(0);
  });
});

test("alarms and requests that could not be read are not taken for none", async ({ page, stub }) => {
  for (const [path, words] of [
    ["/api/v1/anomalies", "Alarms could not be read"],
    ["/api/v1/approvals", "Requests for approval could not be read"],
  ] as const) {
    stub.failOn = path;
    await page.goto("/");
    await expect(page.getByText(words)).toBeVisible();
    await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  }
});
