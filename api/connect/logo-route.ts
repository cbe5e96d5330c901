import type { Hono } from "hono";
import { logoDigestPattern } from "#core/domain/brand/brand";
import { DomainError } from "#core/domain/problem/domain-error";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";

/** The product's mark from our own origin: no page for customers loads anything of anybody else's. */
export function logoRoute(app: Hono<ApiEnvironment>, ports: Pick<ApiPorts, "environments">): void {
  app.get("/api/connect/logos/:digest", async (context) => {
    const digest = context.req.param("digest");
    const logo = logoDigestPattern.test(digest) ? await ports.environments.findLogo(digest) : null;
    if (logo === null) throw new DomainError("not_found", { detail: "There is no such picture." });
    context.header("content-type", logo.mediaType);
    context.header("cache-control", "public, max-age=31536000, immutable");
    return context.body(Uint8Array.from(logo.bytes));
  });
}
