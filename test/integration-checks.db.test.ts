import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startFaultServer } from "#lab/start-fault-server";
import { makeKey } from "./make-key.ts";
import { startStack, type Answer, type Stack } from "./start-stack.ts";

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ worker: true, env: { EVERGRANT_LAB_CHECKS: "on" } });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

const document = (name: string, config: Record<string, unknown> = {}) => ({
  name,
  api: { baseUrl: "https://api.acme.example" },
  credentials: {
    format: "oauth2",
    config: {
      auth: { tokenHost: "https://login.acme.example", tokenPath: "/token", authorizePath: "/authorize" },
      scope: ["contacts.read"],
      ...config,
    },
  },
});

/** Looks until it is over. @returns what was seen on the way */
async function finished(name: string, id: string): Promise<Answer["body"][]> {
  const seen: Answer["body"][] = [];
  for (;;) {
    const { body } = await stack.call("GET", `/integrations/${name}/checks/${id}`);
    if (body.scenarios.length !== seen.at(-1)?.scenarios.length || body.state !== seen.at(-1)?.state) seen.push(body);
    if (body.state === "done" || body.state === "failed") return seen;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

describe("a check from the API (R66)", () => {
  test("tries a definition that was never put, shows how far it is, and what came of all", async () => {
    const started = await stack.call("POST", "/integrations/on-trial/checks", { document: document("on-trial") });
    expect([started.status, started.body]).toMatchObject([202, { state: "queued", in_force: false, verdict: null }]);
    const second = await stack.call("POST", "/integrations/on-trial/checks", { document: document("on-trial") });
    expect([second.status, second.body.reason]).toEqual([409, "check_under_way"]);

    const seen = await finished("on-trial", started.body.id);
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.at(-1)).toMatchObject({ state: "done", verdict: "as_expected", detail: null });
    const refused = seen.at(-1).scenarios.find(({ title }: { title: string }) => title.includes("Used refresh token"));
    expect(refused.steps[0]).toMatchObject({
      outcome: "reauthorize",
      status: "needs_reauth",
      caller_got: "needs_reauth",
    });
    expect((await stack.call("GET", "/integrations/on-trial")).status).toBe(404);
    const { rows } = await stack.database.pool.query(
      "SELECT actor, detail FROM audit_event WHERE action = 'integration.checked' AND target = 'on-trial'",
    );
    expect(rows).toMatchObject([{ detail: { check: started.body.id, in_force: false } }]);
    const { body: list } = await stack.call("GET", "/integrations/on-trial/checks");
    expect(list).toMatchObject({ offered: true, how: null, data: [{ id: started.body.id }] });
  });

  test("calls nobody: not what the definition names, nor what else listens on the worker's machine", async () => {
    const server = await startFaultServer();
    try {
      let calls = 0;
      server.respondWith(() => {
        calls += 1;
        return { kind: "json", status: 200, body: {} };
      });
      const auth = { tokenHost: server.origin, tokenPath: "/token", authorizePath: "/authorize" };
      const aimed = {
        ...document("aimed", { auth, identity: { host: server.origin, path: "/me", id: "id" } }),
        api: { baseUrl: server.origin },
      };
      const { body } = await stack.call("POST", "/integrations/aimed/checks", { document: aimed });
      expect((await finished("aimed", body.id)).at(-1)).toMatchObject({ state: "done" });
      expect(calls).toBe(0);
    } finally {
      await server.close();
    }
  });

  test("is refused to a key that may only read, and hides what a key is not for", async () => {
    const { key } = await makeKey(stack, "--permissions", "integrations:read", "--integrations", "other");
    const refused = await stack.call("POST", "/integrations/on-trial/checks", {}, { key });
    expect([refused.status, refused.body.permission]).toEqual([403, "integrations:write"]);
    expect((await stack.call("GET", "/integrations/on-trial/checks", undefined, { key })).status).toBe(404);
  });

  test("is bounded in what it reads", async () => {
    const large = { document: { ...document("large"), notes: "x".repeat(300_000) } };
    expect((await stack.call("POST", "/integrations/large/checks", large)).status).toBe(413);
  });
});
