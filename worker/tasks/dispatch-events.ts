import type { Task } from "graphile-worker";
import { createGrouped } from "#adapters/postgres/grouped";
import type { WorkerPorts } from "../worker-ports.ts";

const batch = 500;

/** Events become deliveries. Many jobs may come at once, one for each connection that wrote events: they share a look. */
export function dispatchEventsTask(ports: Pick<WorkerPorts, "deliveries">): Task {
  const dispatch = createGrouped<null, void>(
    async (group) => {
      while ((await ports.deliveries.dispatch(batch)).events === batch);
      return group.map(() => {});
    },
    { most: 1_000 },
  );
  return async () => await dispatch(null);
}
