/** Who opens, by how its name in the audit log begins. */
export type CallerKind = "api_key" | "admin" | "worker" | "connect" | "recovery" | "command_line" | "system" | "other";

const processes = new Set<string>(["worker", "connect", "recovery", "command_line", "system"]);

export function callerKindOf(actor: string): CallerKind {
  if (actor.startsWith("key_")) return "api_key";
  if (actor.startsWith("usr_")) return "admin";
  return processes.has(actor) ? (actor as CallerKind) : "other";
}

/** Processes of ours open for everybody at once: what they do is not somebody's. */
export function isProcess(kind: CallerKind): boolean {
  return kind !== "api_key" && kind !== "admin";
}
