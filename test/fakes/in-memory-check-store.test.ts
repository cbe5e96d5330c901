import { describeCheckStore } from "./check-store.contract.ts";
import { createInMemoryCheckStore } from "./in-memory-check-store.ts";
import { createSteppedClock } from "./stepped-clock.ts";

describeCheckStore("in memory", async () => {
  const clock = createSteppedClock();
  return {
    store: createInMemoryCheckStore(clock),
    environmentId: "env_one",
    otherEnvironmentId: "env_other",
    pass: async (seconds) => clock.advance(seconds * 1000),
  };
});
