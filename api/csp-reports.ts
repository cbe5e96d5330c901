import type { OpenAPIHono } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import type { ApiEnvironment, ApiPorts } from "./api-environment.ts";
import { networkOf } from "./auth/client-address.ts";
import { createTokenBuckets } from "./auth/token-buckets.ts";
import { requestOf } from "./request-of.ts";

/** What a browser kept a page from doing. Of addresses no more than what tells whose fault it is: a page's may hold a link's secret. */
export interface Refusal {
  readonly directive: string;
  /** An origin, or what the browser has in place of one: `inline`, `eval`, `data`. */
  readonly blocked: string;
  /** The first part of the page's path. */
  readonly page: string;
}

const maxBytes = 16_384;
const mostInOne = 5;

/** Anybody can send these: so many are worth a line. */
const ofNetwork = { perSecond: 0.1, burst: 10 };
const ofAll = { perSecond: 0.5, burst: 50 };

/** Whom a page refuses as a frame has an origin of its own, and the browser tells its console of an answer that it may not have. */
const toFrames = { "cross-origin-resource-policy": "cross-origin" };

/** Where the policies of pages send what they stopped (checklist G2): a line of the log, and the same answer whatever came. */
export function cspReportRoute(
  app: OpenAPIHono<ApiEnvironment>,
  ports: Pick<ApiPorts, "addressOf" | "log">,
  now?: () => number,
): void {
  const networks = createTokenBuckets(ofNetwork, now);
  const all = createTokenBuckets(ofAll, now);
  app.post(
    "/api/csp-reports",
    bodyLimit({ maxSize: maxBytes, onError: (context) => context.body(null, 204, toFrames) }),
    async (context) => {
      const network = networkOf(ports.addressOf(requestOf(context).incoming));
      for (const refusal of readRefusals(await context.req.json().catch(() => null))) {
        if (networks.take(network) > 0 || all.take("") > 0) break;
        ports.log.warn({ ...refusal }, "a browser kept a page from doing what its policy forbids");
      }
      return context.body(null, 204, toFrames);
    },
  );
}

/** From a body of `report-uri` (CSP 2), or of the Reporting API (CSP 3). Total: what it does not know is none. */
export function readRefusals(body: unknown): Refusal[] {
  const reports = Array.isArray(body) ? body.map((one) => field(one, "body")) : [field(body, "csp-report")];
  return reports.slice(0, mostInOne).flatMap((report) => {
    const directive = word(field(report, "effectiveDirective", "effective-directive", "violated-directive"));
    if (directive === null) return [];
    const blocked = field(report, "blockedURL", "blocked-uri");
    return [
      {
        directive,
        blocked: word(blocked) ?? originOf(blocked),
        page: `/${urlOf(field(report, "documentURL", "document-uri"))?.pathname.split("/")[1] ?? ""}`.slice(0, 40),
      },
    ];
  });
}

function field(value: unknown, ...names: readonly string[]): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  const known = names.find((name) => Object.hasOwn(value, name));
  return known === undefined ? undefined : (value as Record<string, unknown>)[known];
}

/** The first word of a text, where it is one that a policy could have. */
function word(value: unknown): string | null {
  return typeof value === "string" ? (/^([a-z-]{1,40})(?: |$)/.exec(value)?.[1] ?? null) : null;
}

function originOf(value: unknown): string {
  const url = urlOf(value);
  if (url === null) return "unknown";
  return (url.origin === "null" ? url.protocol : url.origin).slice(0, 200);
}

function urlOf(value: unknown): URL | null {
  return typeof value === "string" ? URL.parse(value) : null;
}
