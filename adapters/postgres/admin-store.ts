import type { AdminStore } from "#core/ports/admin-store";
import { createAdminInvitations } from "./admin-invitations.ts";
import { createAdminSessions } from "./admin-sessions.ts";
import { createAdminUsers } from "./admin-users.ts";
import { createAdmitFederated } from "./admit-federated.ts";
import type { DatabasePool } from "./pool.ts";

export function createAdminStore(pool: DatabasePool): AdminStore {
  return {
    ...createAdminUsers(pool),
    ...createAdminSessions(pool),
    ...createAdminInvitations(pool),
    ...createAdmitFederated(pool),
  };
}
