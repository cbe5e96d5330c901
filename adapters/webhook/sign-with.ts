import { createHmac, createSecretKey } from "node:crypto";
import type { Sign } from "#core/ports/webhook-receivers";

const prefix = "whsec_";

/**
 * Signatures as Standard Webhooks 1.0.0 has them ("Signature scheme"): HMAC-SHA-256 over `id.timestamp.body`, the timestamp in whole
 * seconds. One for each secret, parted by spaces: while a secret is replaced, whoever knows either can verify. The reference library
 * makes the same ones in JavaScript, which takes longer than all else of a delivery; tests verify with it.
 *
 * @throws Error a secret is none
 */
export function signWith(secrets: readonly string[]): Sign {
  const keys = secrets.map((secret) => {
    const key = Buffer.from(secret.startsWith(prefix) ? secret.slice(prefix.length) : secret, "base64");
    if (key.length === 0) throw new Error("a secret of a webhook endpoint is empty");
    // Once for all: made of bytes each time, the key costs Node 24 several times what the digest does.
    return createSecretKey(key);
  });
  return (id, at, body) => {
    const signed = `${id}.${Math.floor(at.getTime() / 1000)}.${body}`;
    return keys.map((key) => `v1,${createHmac("sha256", key).update(signed).digest("base64")}`).join(" ");
  };
}
