import { type Context, Hono } from "hono";
import { contactsOf, findContact } from "./contacts-of.ts";
import { findPerson } from "./find-person.ts";
import type { LabContext, LabHonoEnv } from "./lab-context.ts";

type Bearer = { subject: string; scopes: Set<string> };

/** The protected API: it asks the authorization server about every token, so a revoked one fails at once. */
export function apiRoutes({ provider, ledger }: LabContext): Hono<LabHonoEnv> {
  const routes = new Hono<LabHonoEnv>();

  async function findBearer(c: Context<LabHonoEnv>): Promise<Bearer | null> {
    const value = /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    if (value === undefined) return null;
    const token = await provider.AccessToken.find(value);
    if (token !== undefined) return { subject: token.accountId, scopes: token.scopes };
    const ofClient = await provider.ClientCredentials.find(value);
    return ofClient?.clientId === undefined ? null : { subject: ofClient.clientId, scopes: ofClient.scopes };
  }

  async function withBearer(
    c: Context<LabHonoEnv>,
    scope: string | null,
    answer: (bearer: Bearer) => Response | Promise<Response>,
  ): Promise<Response> {
    ledger.count("api_calls");
    const bearer = await findBearer(c);
    if (bearer === null) {
      // RFC 6750 §3.1: a request that carries no token gets the bare challenge.
      const isBare = c.req.header("authorization") === undefined;
      c.header("WWW-Authenticate", isBare ? "Bearer" : 'Bearer error="invalid_token"');
      return c.json({ error: "invalid_token" }, 401);
    }
    if (scope !== null && !bearer.scopes.has(scope)) {
      c.header("WWW-Authenticate", `Bearer error="insufficient_scope", scope="${scope}"`);
      return c.json({ error: "insufficient_scope", scope }, 403);
    }
    return answer(bearer);
  }

  routes.get("/me", (c) =>
    withBearer(c, null, ({ subject }) => {
      const person = findPerson(subject);
      return c.json(person ?? { id: subject, name: subject, email: null, company: null });
    }),
  );

  routes.get("/contacts", (c) =>
    withBearer(c, "read", ({ subject }) => {
      const page = contactsOf(subject, c.req.query("cursor") ?? null, Number(c.req.query("limit") ?? 20));
      return page === null ? c.json({ error: "invalid_request" }, 400) : c.json(page);
    }),
  );

  routes.get("/contacts/:id", (c) =>
    withBearer(c, "read", ({ subject }) => {
      const contact = findContact(subject, c.req.param("id"));
      return contact === null ? c.json({ error: "not_found" }, 404) : c.json(contact);
    }),
  );

  routes.post("/echo", (c) =>
    withBearer(c, "write", async () => {
      const body = await c.req.text();
      return c.json({ method: c.req.method, content_type: c.req.header("content-type") ?? null, body });
    }),
  );

  return routes;
}
