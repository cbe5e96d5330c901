import type { Task } from "graphile-worker";
import { countDue, findCliff, outlooksToRenew } from "#adapters/postgres/outlook";
import { grantLifeOf } from "#core/domain/integration/grant-life";
import { findReadable } from "#core/usecases/find-readable";
import type { WorkerPorts } from "../worker-ports.ts";

/** Every minute: what is due in the hour to come; and once an hour for each integration, when its grants begin to end. */
export function lookAheadTask(ports: WorkerPorts): Task {
  return async () => {
    await countDue(ports.pool);
    for (const one of await outlooksToRenew(ports.pool)) {
      const configured = await findReadable(ports.integrations, one.environmentId, one.integrationName);
      await findCliff(ports.pool, one, configured === null ? null : grantLifeOf(configured.document));
    }
  };
}
