import type { Hono } from "hono";
import { isInUse } from "#core/domain/integration/client-keys";
import { DomainError } from "#core/domain/problem/domain-error";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";

/** How long a provider may keep what it read, seconds; a new key is tried at once, and the old one holds meanwhile. */
const cacheSeconds = 300;

/** The public keys of a client that signs, as a JWK set (RFC 7517 §5), for its provider to read. No key is needed. */
export function clientKeyRoutes(app: Hono<ApiEnvironment>, ports: ApiPorts): void {
  app.get("/oauth/jwks/:callbackId", async (context) => {
    const published = await ports.integrations.findPublishedKeys(context.req.param("callbackId"));
    if (published === null) throw new DomainError("not_found", { detail: "There are no keys at this address." });
    const now = ports.clock.now();
    context.header("cache-control", `public, max-age=${cacheSeconds}`);
    return context.json({ keys: published.filter((one) => isInUse(one, now)).map((one) => one.jwk) });
  });
}
