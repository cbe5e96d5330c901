import { createInMemoryIntegrationStore } from "./in-memory-integration-store.ts";
import { describeIntegrationSecrets } from "./integration-secrets.contract.ts";
import { createSteppedClock } from "./stepped-clock.ts";

describeIntegrationSecrets("the in-memory store", async () => {
  const clock = createSteppedClock();
  const store = createInMemoryIntegrationStore(clock);
  return {
    store,
    environmentId: "env_one",
    erasures: async (integrationName) =>
      store.audit
        .filter((one) => one.action === "secret.erased" && one.target === integrationName)
        .map(({ actor, detail }) => ({ actor, ...(detail === undefined ? {} : { detail }) })),
    now: () => clock.now(),
  };
});
