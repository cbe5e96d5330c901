import { describeAccountStore } from "./account-store.contract.ts";
import { createInMemoryAccountStore } from "./in-memory-account-store.ts";
import { createSteppedClock } from "./stepped-clock.ts";

describeAccountStore("the in-memory store", async () => {
  const store = createInMemoryAccountStore(createSteppedClock());
  return {
    store,
    environmentId: "env_one",
    otherEnvironmentId: "env_two",
    integrationName: "acme-crm",
    rewrap: async (...given) => store.rewrap(...given),
  };
});
