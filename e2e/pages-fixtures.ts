import { test as base } from "./fixtures.ts";
import { startStubApi, type StubApi } from "./stub-api.ts";
import { startWeb } from "./start-web.ts";

/** One stub and one web process for all page tests; every test begins in the usual world. */
export const test = base.extend<{ stub: StubApi; baseURL: string }, { running: StubApi }>({
  running: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the parameter's shape
    async ({}, use) => {
      const stub = await startStubApi();
      const web = await startWeb(stub.origin);
      stub.passOnTo(web.origin);
      await use(stub);
      await web.stop();
      await stub.stop();
    },
    { scope: "worker" },
  ],
  stub: [
    async ({ running }, use) => {
      running.reset();
      await use(running);
    },
    { auto: true },
  ],
  baseURL: async ({ running }, use) => {
    await use(running.origin);
  },
});

export { expect, expectAccessible, expectNoSideways, settle } from "./fixtures.ts";
