import type { RefreshReason } from "#core/domain/refresh/decide-refresh";
import { refreshAccount, type RefreshOutcome } from "#core/usecases/refresh-account";
import type { RefreshPorts } from "#core/usecases/refresh-ports";
import { failureResult, oauthError } from "./scripted-authorization-server.ts";
import { createWorld, environmentId, type AccountOptions, type World } from "./world.ts";

export function refresh(
  ports: RefreshPorts,
  reason: RefreshReason = "on_demand",
  accountId = "ia_one",
): Promise<RefreshOutcome> {
  const demand = { reason, minTtlSeconds: null };
  return refreshAccount(ports, { environmentId, accountId, demand, actor: "test" });
}

export async function worldWithAccount(
  options: AccountOptions = {},
  world: Parameters<typeof createWorld>[0] = {},
): Promise<World> {
  const made = await createWorld(world);
  await made.addAccount(options);
  return made;
}

export const page503 = failureResult({ kind: "http_error", status: 503, isPage: false, retryAfterSeconds: null });
export const rejected = oauthError("invalid_client", 401);
export const attemptsOf = (world: World) => world.accounts.attempts.map((one) => one.result?.outcome);
