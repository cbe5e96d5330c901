import { headers } from "next/headers";

/** Evergrant's public address, as the door tells it with each request. */
export async function readOrigin(): Promise<string> {
  const given = await headers();
  const scheme = given.get("x-forwarded-proto") === "https" ? "https" : "http";
  return `${scheme}://${given.get("host") ?? ""}`;
}
