import type { Finding } from "./anomaly.ts";

const dayMs = 86_400_000;
/** What a key's first days bring is learnt without a word. */
const learningDays = 2;
/** New networks on so many days of the latest ones are usual for a key: its callers have addresses of a large pool. */
const roamingDays = 3;
const roamingWindowDays = 14;
/** Networks that are kept of one key; one that has more roams. */
export const mostNetworks = 64;

/** @param others when each network of this key was seen first */
export function judgeNetwork(
  key: string,
  seen: { readonly network: string; readonly firstSeenAt: Date },
  others: readonly Date[],
): Finding | null {
  const at = seen.firstSeenAt.getTime();
  const before = others.map((one) => one.getTime()).filter((one) => one < at);
  const first = Math.min(...before);
  if (before.length === 0 || at - first < learningDays * dayMs) return null;
  if (before.length >= mostNetworks - 1) return null;
  const newDays = new Set(
    before
      .filter((one) => one - first >= learningDays * dayMs && at - one < roamingWindowDays * dayMs)
      .map((one) => Math.floor((at - one) / dayMs)),
  );
  if (newDays.size >= roamingDays) return null;
  return {
    kind: "new_network",
    subject: key,
    at: seen.firstSeenAt,
    measured: null,
    detail: { network: seen.network, known_networks: before.length },
  };
}
