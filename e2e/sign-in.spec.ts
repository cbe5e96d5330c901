import type { Page } from "@playwright/test";
import { expect, expectAccessible, expectAccessibleInBothThemes, test } from "./pages-fixtures.ts";
import type { StubApi } from "./stub-api.ts";

/** The wishes that are sent for single sign-on; each leads to `to`. */
async function answerSso(page: Page, to: string): Promise<unknown[]> {
  const wishes: unknown[] = [];
  await page.context().route("**/api/auth/sso", async (route) => {
    wishes.push(route.request().postDataJSON());
    await route.fulfill({ json: { url: to } });
  });
  return wishes;
}

const changesOf = (stub: StubApi) => stub.changes.map((change) => change.split(" ").slice(0, 2).join(" "));

test("single sign-on leaves by the address that the API gives, and says why it came to nothing", async ({
  page,
  stub,
}) => {
  stub.isSignedIn = false;
  stub.sso = { label: "Example login" };
  const wishes = await answerSso(page, `${stub.origin}/sign-in?error=sso_no_role&next=%2Fkeys`);
  await page.goto("/sign-in?next=/keys");
  await page.getByRole("button", { name: "Sign in with Example login" }).click();
  await expect(page.getByRole("alert").getByText("You have no access here")).toBeVisible();
  expect(wishes).toEqual([{ next: "/keys" }]);
});

test("what refuses a sign-in is told in the words of who refuses it", async ({ page, stub, faults }) => {
  faults.allow(/429|503/);
  stub.isSignedIn = false;
  stub.sso = { label: "Example login" };
  const refusals = { "callback/credentials": 429, sso: 503 };
  for (const [path, status] of Object.entries(refusals)) {
    await page.route(`**/api/auth/${path}`, (route) =>
      route.fulfill({
        status,
        contentType: "application/problem+json",
        json: { code: "x", status, title: "Refused", detail: `The reason of ${path}.` },
      }),
    );
  }
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill("ada@evergrant.example");
  await page.getByLabel("Password").fill("correct horse");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert").getByText("The reason of callback/credentials.")).toBeVisible();
  await page.getByRole("button", { name: "Sign in with Example login" }).click();
  await expect(page.getByRole("alert").getByText("The reason of sso.")).toBeVisible();
  await expect(page.getByRole("alert").getByText("Single sign-on is not possible right now")).toBeVisible();
});

test.describe("who is signed in already", () => {
  test("goes where they wanted to", async ({ page, stub }) => {
    await page.goto("/sign-in?next=/keys");
    await expect(page).toHaveURL(`${stub.origin}/keys`);
  });

  test("hears that they were somebody else at the identity provider, and can go on as that one", async ({
    page,
    stub,
  }) => {
    stub.sso = { label: "Example login" };
    const wishes = await answerSso(page, `${stub.origin}/invitation#valid`);
    await page.goto("/sign-in?error=sso_another_person&next=%2Fkeys");
    await expect(page.getByText("Somebody else is signed in here")).toBeVisible();
    await expect(page.getByText("ada@evergrant.example")).toBeVisible();
    await expectAccessibleInBothThemes(page, "sign-in-another");
    await page.getByRole("button", { name: "Sign out and go on as the other" }).click();
    await expect(page).toHaveURL(/\/invitation#valid$/);
    expect(wishes).toEqual([{ next: "/keys" }]);
    expect(changesOf(stub)).toContain("POST /api/auth/signout");
    expect(stub.isSignedIn).toBe(false);
  });

  test("can stay who they are", async ({ page, stub }) => {
    await page.goto("/sign-in?error=sso_another_person&next=%2Fkeys");
    await page.getByRole("link", { name: "Stay signed in" }).click();
    await expect(page).toHaveURL(`${stub.origin}/keys`);
    expect(stub.changes).toEqual([]);
  });

  test("is not sent to the provider as long as they could not be signed out", async ({ page, stub, faults }) => {
    faults.allow(/503/);
    const wishes = await answerSso(page, `${stub.origin}/`);
    await page.route("**/api/auth/signout", (route) => route.fulfill({ status: 503 }));
    await page.goto("/sign-in?error=sso_another_person");
    await page.getByRole("button", { name: "Sign out and go on as the other" }).click();
    await expect(page.getByRole("alert").getByText("You could not be signed out")).toBeVisible();
    expect(wishes).toEqual([]);
  });

  for (const why of ["sso_denied", "sso_another_person", "sso_unavailable"]) {
    test(`hears in the window of the dialog that confirming failed: ${why}`, async ({ page, stub }) => {
      const wishes = await answerSso(page, `${stub.origin}/sign-in/confirmed`);
      await page.goto(`/sign-in?error=${why}&fresh=1&next=%2Fsign-in%2Fconfirmed`);
      await expect(page.getByRole("heading", { name: "Confirm that it is you" })).toBeVisible();
      await expect(page.getByRole("button", { name: /Sign out/ })).toHaveCount(0);
      await expectAccessible(page);
      await page.getByRole("button", { name: "Try again" }).click();
      await expect(page.getByRole("heading", { name: "Confirmed" })).toBeVisible();
      expect(wishes).toEqual([{ fresh: true, next: "/sign-in/confirmed" }]);
    });
  }

  test("hears on the page that confirming failed, where the browser let no window open", async ({ page, stub }) => {
    const wishes = await answerSso(page, `${stub.origin}/administrators`);
    await page.goto("/sign-in?error=sso_denied&fresh=1&next=%2Fadministrators");
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page).toHaveURL(`${stub.origin}/administrators`);
    expect(wishes).toEqual([{ fresh: true, next: "/administrators" }]);
  });
});

test.describe("an invitation in a browser where somebody is signed in", () => {
  test("says so, and signs them out before it leaves for the provider", async ({ page, stub }) => {
    stub.sso = { label: "Example login" };
    let wasSignedIn: boolean | null = null;
    await page.route("**/api/auth/sso", async (route) => {
      wasSignedIn = stub.isSignedIn;
      expect(route.request().postDataJSON()).toEqual({ invitation: "valid", next: "/" });
      await route.fulfill({ json: { url: `${stub.origin}/sign-in?error=sso_denied` } });
    });
    await page.goto("/invitation#valid");
    await expect(page.getByText("Accepting signs them out in this browser.")).toContainText("ada@evergrant.example");
    await expectAccessibleInBothThemes(page, "invitation-signed-in");
    await page.getByRole("button", { name: "Accept with Example login" }).click();
    await expect(page.getByText("The identity provider let nobody in")).toBeVisible();
    expect(wasSignedIn).toBe(false);
  });

  test("names each field apart from what is wrong with it", async ({ page, stub, faults }) => {
    faults.allow(/422/);
    stub.isSignedIn = false;
    await page.route("**/api/v1/invitation/accept", (route) =>
      route.fulfill({
        status: 422,
        contentType: "application/problem+json",
        json: {
          code: "invalid_request",
          status: 422,
          title: "The request is not valid",
          errors: [{ pointer: "/password", detail: "is among the passwords that are tried first" }],
        },
      }),
    );
    await page.goto("/invitation#valid");
    await page.getByLabel("Your name", { exact: true }).fill("Grace Hopper");
    const password = page.getByLabel("A password, 12 characters or more", { exact: true });
    await password.fill("password password");
    await page.getByRole("button", { name: "Accept" }).click();
    await expect(password).toHaveAccessibleDescription("It is among the passwords that are tried first.");
    await expect(password).toHaveAccessibleName("A password, 12 characters or more");
    await expectAccessible(page);
  });

  test("can be looked up again when the API did not answer", async ({ page, stub, faults }) => {
    faults.allow(/503/);
    stub.isSignedIn = false;
    let isDown = true;
    await page.route("**/api/v1/invitation/look-up", (route) =>
      isDown ? route.fulfill({ status: 503 }) : route.fallback(),
    );
    await page.goto("/invitation#valid");
    await expect(page.getByRole("alert").getByText("The API could not answer")).toBeVisible();
    isDown = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page.getByText("grace@harbor-compilers.example")).toBeVisible();
  });
});
