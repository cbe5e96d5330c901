import { z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Caller } from "#core/domain/access/permission";
import { anchorView } from "#core/usecases/anchor-audit";
import { createSingleFlight } from "#core/usecases/single-flight";
import { verifyAudit, type VerifyReport } from "#core/usecases/verify-audit";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { refuseLimited } from "../auth/refuse-limited.ts";
import { createRoute } from "../openapi/create-route.ts";
import { brokenCursor, decodeCursor, pageOf } from "../cursor.ts";
import {
  anchorListQuerySchema,
  anchorPageSchema,
  auditListQuerySchema,
  auditPageSchema,
  chainSchema,
  verificationSchema,
  verifyQuerySchema,
} from "../schemas/audit.ts";
import { answer, needs, problems } from "../schemas/problem.ts";
import { toAuditView, toChainView, toFaultView } from "../views/audit-view.ts";

const tags = ["Audit"];
const nothing = z.strictObject({});

/** @throws DomainError forbidden: a record may be about any tenant, or about all of them */
function demandAudit(caller: Caller): void {
  demand(caller, "audit:read");
  refuseLimited(caller, "The audit log is", "tenants and integrations");
}

export function auditRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  const checks = createSingleFlight<VerifyReport>();

  app.openapi(
    createRoute({
      method: "get",
      path: "/audit-events",
      operationId: "listAuditEvents",
      summary: "Search the audit log, newest first",
      description:
        "Every seal, open, transition and administrative change: who, what, when, with which key. Kept for 13 months. Filters are taken together.",
      tags,
      security: needs("audit:read"),
      request: { query: auditListQuerySchema },
      responses: { 200: answer(auditPageSchema, "A page of records"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandAudit(caller);
      const { account = null, actor = null, action = null, from, to, cursor, limit } = context.req.valid("query");
      const filter = {
        environmentId: caller.environmentId,
        accountId: account,
        actor,
        action,
        from: from === undefined ? null : new Date(from),
        to: to === undefined ? null : new Date(to),
      };
      const rows = await ports.auditReading.list(filter, decodeCursor(cursor), limit + 1);
      const { page, next } = pageOf(rows, limit, ({ entry }) => entry);
      const data = page.map(({ entry, hash }) => toAuditView(entry, hash, caller.environment));
      return context.json({ data, next_cursor: next }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/audit-events/verify",
      operationId: "verifyAuditEvents",
      summary: "Check that records are as they were written",
      description:
        "Each record against its link, each link against the one before, both against the signed anchors; and that no record is missing or too many. Looks at the newest 20,000 by default, which takes a second or two; others with `after` and `limit`, page by page. The whole log, and a file without the database: `evergrant audit verify`.",
      tags,
      security: needs("audit:read"),
      request: { query: verifyQuerySchema },
      responses: { 200: answer(verificationSchema, "What came of it, whole or broken"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandAudit(caller);
      const { after, limit } = context.req.valid("query");
      const { environmentId } = caller;
      // It takes a while: who asks for the same meanwhile gets the same.
      const report = await checks.run(`${environmentId} ${after} ${limit}`, async () => {
        const head = await ports.chains.head(environmentId);
        const afterSeq = after ?? Math.max(0, (head?.seq ?? 0) - limit);
        const source = ports.chains.source(environmentId);
        return await verifyAudit({ source, signing: ports.signing, now: ports.clock.now(), afterSeq, most: limit });
      });
      const fault = report.firstBroken;
      return context.json(
        { ok: fault === null, checked: report.checked, first_broken: fault === null ? null : toFaultView(fault) },
        200,
      );
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/audit-events/anchors",
      operationId: "listAuditAnchors",
      summary: "List the signed anchors, newest first",
      description:
        "One an hour where something was written. Kept outside of the database they show that the chain was not written anew as a whole; each also stands in the worker's log.",
      tags,
      security: needs("audit:read"),
      request: { query: anchorListQuerySchema },
      responses: { 200: answer(anchorPageSchema, "A page of anchors"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandAudit(caller);
      const { cursor, limit } = context.req.valid("query");
      const rows = await ports.auditReading.anchors(caller.environmentId, decodeAnchorCursor(cursor), limit + 1);
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      const next = rows.length > limit && last !== undefined ? encodeAnchorCursor(last) : null;
      return context.json({ data: page.map(anchorView), next_cursor: next }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/audit-events/chain",
      operationId: "getAuditChain",
      summary: "Where the chain of records stands",
      description: "Up to where records are sealed, the latest anchor, what the daily check found, and the public key.",
      tags,
      security: needs("audit:read"),
      request: { query: nothing },
      responses: { 200: answer(chainSchema, "The chain's state"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandAudit(caller);
      const [head, latest] = await Promise.all([
        ports.chains.head(caller.environmentId),
        ports.chains.latestAnchor(caller.environmentId),
      ]);
      return context.json(toChainView(head, latest, ports.signing), 200);
    },
  );
}

function encodeAnchorCursor({ at, seq }: { readonly at: Date; readonly seq: number }): string {
  return Buffer.from(`${at.getTime()}.${seq}`).toString("base64url");
}

/** @throws DomainError invalid_request */
function decodeAnchorCursor(text: string | undefined): { at: Date; seq: number } | null {
  if (text === undefined) return null;
  const [, at, seq] = /^(\d{12,15})\.(\d{1,15})$/.exec(Buffer.from(text, "base64url").toString("latin1")) ?? [];
  if (at !== undefined && seq !== undefined) return { at: new Date(Number(at)), seq: Number(seq) };
  throw brokenCursor();
}
