import { accessOfPages } from "#test/roles/access";
import { expect, test } from "@playwright/test";
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

/** Of a page's address: what is not there is 404 for everybody who may look; a form needs a thing that is there. */
function addressOf(page: string, things: Readonly<Record<string, string>>): string {
  const id = things[page] ?? "nothing_here";
  return `/${page}`.replaceAll(/\/\([a-z]+\)/g, "").replace(/\[\w+\]/, id) || "/";
}

const pages = Object.entries(accessOfPages).filter(([page]) => page.startsWith("(dashboard)"));

test("each page shows itself to the roles that are listed, and refuses the others", async ({ page }) => {
  await page.goto(`${stack.origin}/sign-in`);
  await page.getByLabel("Email").fill(stack.email);
  await page.getByLabel("Password").fill(stack.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(`${stack.origin}/`);
  const endpoint = await stack.call("POST", "/webhook-endpoints", { url: "https://app.example.com/hooks" });
  expect(endpoint.status).toBe(201);
  const things = { "(dashboard)/webhooks/[id]/edit": endpoint.body.id };
  for (const role of ["owner", "operator", "support", "auditor"]) {
    // The row's role counts at the next request; the session stays.
    await stack.sql("UPDATE admin_user SET role = $1 WHERE email = $2", [role, stack.email]);
    for (const [name, access] of pages) {
      const answer = await page.goto(stack.origin + addressOf(name, things));
      const isAllowed = access === "person" || isPermitted(role, access as Permission);
      const isForm = String(access).endsWith(":write");
      const where = `${role} on ${name}`;
      const main = page.getByRole("main");
      // What a page must not show it does not get from the API, and says so with the API's words. A form reads nothing, and has its own.
      const refusal = main.getByText(isForm ? /^Your role may not/ : "Not permitted");
      const form = main.getByRole("button", { name: /^(Create|Save|Add|Make|Review)/ });
      if (isAllowed) {
        expect(isForm ? [200] : [200, 404], where).toContain(answer?.status());
        await expect(refusal, where).toHaveCount(0);
        if (isForm) await expect(form.first(), where).toBeVisible();
      } else {
        await expect(refusal.first(), where).toBeVisible();
        if (isForm) await expect(form, where).toHaveCount(0);
      }
    }
  }
});
