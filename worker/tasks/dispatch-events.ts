import type { Task } from "graphile-worker";
import { createGrouped } from "#adapters/postgres/grouped";
import type { WorkerPorts } from "../worker-ports.ts";

const batch = 500;

/**
 * Events become deliveries. Many jobs may come at once, one for each connection that wrote events: they share a look. Where more wait
 * than one look takes, every second one takes the newest: what happens now does not wait for all that happened before.
 */
export function dispatchEventsTask(ports: Pick<WorkerPorts, "deliveries">): Task {
  const dispatch = createGrouped<null, void>(
    async (group) => {
      let order: "oldest" | "newest" = "oldest";
      while ((await ports.deliveries.dispatch(batch, order)).events === batch)
        order = order === "oldest" ? "newest" : "oldest";
      return group.map(() => {});
    },
    { most: 1_000 },
  );
  return async () => await dispatch(null);
}
