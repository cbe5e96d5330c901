/** `2026-11-20 10:00:00 UTC`: the same for the server and every browser. */
export function formatInstant(iso: string | number): string {
  return `${new Date(iso).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `Nov 20, 10:00:00`, in UTC. */
export function formatShortInstant(iso: string | number): string {
  const date = new Date(iso);
  const day = date.toLocaleDateString("en", { month: "short", day: "numeric", timeZone: "UTC" });
  return `${day}, ${date.toISOString().slice(11, 19)}`;
}
