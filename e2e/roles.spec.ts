import { accessOfPages } from "#test/roles/access";
import { expect, test, type Page, type Response } from "@playwright/test";
import { isPermitted } from "../app/_components/permitted.ts";
import type { Permission } from "../core/domain/access/permission.ts";
import { startTripStack, type TripStack } from "./trip-stack.ts";

// Every page of the dashboard as every role, on the real processes: whoever may not see it reads that, and nothing else.
test.describe.configure({ timeout: 300_000 });

let stack: TripStack;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  stack = await startTripStack();
});
test.afterAll(async () => {
  await stack?.stop();
});

/** A machine that is too busy to answer says nothing about who may what. */
async function goThere(page: Page, url: string): Promise<Response | null> {
  for (let tries = 1; ; tries += 1) {
    const answer = await page.goto(url);
    if (answer?.status() !== 503 || tries === 5) return answer;
  }
}

/** Addresses of pages that need no thing of their own: what is not there is 404 for everybody who may look. */
function addressOf(page: string): string {
  return `/${page}`.replaceAll(/\/\([a-z]+\)/g, "").replace(/\[\w+\]/, "nothing_here") || "/";
}

const pages = Object.entries(accessOfPages).filter(([page]) => page.startsWith("(dashboard)"));

test("each page shows itself to the roles that are listed, and refuses the others", async ({ page }) => {
  await page.goto(`${stack.origin}/sign-in`);
  await page.getByLabel("Email").fill(stack.email);
  await page.getByLabel("Password").fill(stack.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(`${stack.origin}/`);
  for (const role of ["owner", "operator", "support", "auditor"]) {
    // The row's role counts at the next request; the session stays.
    await stack.sql("UPDATE admin_user SET role = $1 WHERE email = $2", [role, stack.email]);
    for (const [name, access] of pages) {
      const answer = await goThere(page, stack.origin + addressOf(name));
      const isAllowed = access === "person" || isPermitted(role, access as Permission);
      const isForm = String(access).endsWith(":write");
      const where = `${role} on ${name}`;
      // What a page must not show it does not get from the API; it says so with the API's words.
      const refusal = page.getByRole("main").getByText("Not permitted");
      if (isAllowed) {
        expect([200, 404], where).toContain(answer?.status());
        await expect(refusal, where).toHaveCount(0);
      } else if (!isForm) {
        await expect(refusal.first(), where).toBeVisible();
      } else {
        await expect(page.getByRole("button", { name: /^(Create|Save)/ }), where).toHaveCount(0);
      }
    }
  }
});
