import { describe, expect, it } from "vitest";
import { judgeProbe, type ProbeAnswer, type ProbeVerdict } from "./judge-probe.ts";

const plain: ProbeAnswer = { status: 200, isValid: null, apiError: null, isRateLimit: false };
const says = (error: string, description: string | null = null) => ({ apiError: { error, description } });

describe("a probe's answer", () => {
  it.each<[string, Partial<ProbeAnswer>, ProbeVerdict]>([
    ["any 2xx is good where the document says nothing more", { status: 204 }, { kind: "works" }],
    ["the document's own word goes before the status", { status: 404, isValid: true }, { kind: "works" }],
    ["a 200 that the document does not call valid is not", { isValid: false }, { kind: "unlike", said: "HTTP 200" }],
    ["a 401 is a rejection", { status: 401 }, { kind: "rejected", said: "HTTP 401" }],
    ["a 403 is one too", { status: 403, isValid: false }, { kind: "rejected", said: "HTTP 403" }],
    [
      "… unless the document calls it something else",
      { status: 403, ...says("insufficient_scope", "plan too small") },
      { kind: "unlike", said: "HTTP 403, insufficient_scope: plan too small" },
    ],
    [
      "a 200 that says invalid_token is a rejection, in the provider's words",
      says("invalid_token", "key was deleted"),
      { kind: "rejected", said: "HTTP 200, invalid_token: key was deleted" },
    ],
    ["a redirect is no word about the credentials", { status: 302 }, { kind: "unlike", said: "HTTP 302" }],
    ["a 404 neither", { status: 404 }, { kind: "unlike", said: "HTTP 404" }],
    ["a 503 says that the provider is unwell", { status: 503 }, { kind: "unwell", said: "HTTP 503" }],
    [
      "so does a 500 that the document does not call valid",
      { status: 500, isValid: false },
      { kind: "unwell", said: "HTTP 500" },
    ],
    [
      "a 429 is a rate limit, whatever else it says",
      { status: 429, ...says("invalid_token") },
      { kind: "rate_limited" },
    ],
    ["so is what the document calls one", { status: 403, isRateLimit: true }, { kind: "rate_limited" }],
    ["in either of its ways", { status: 403, ...says("rate_limited") }, { kind: "rate_limited" }],
  ])("%s", (_name, changes, verdict) => {
    expect(judgeProbe({ ...plain, ...changes })).toEqual(verdict);
  });
});
