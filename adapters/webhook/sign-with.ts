import { Webhook } from "standardwebhooks";
import type { Sign } from "#core/ports/webhook-receivers";

/** One signature for each secret, parted by spaces: while a secret is replaced, whoever knows either can verify. */
export function signWith(secrets: readonly string[]): Sign {
  const signers = secrets.map((secret) => new Webhook(secret));
  return (id, at, body) => signers.map((one) => one.sign(id, at, body)).join(" ");
}
