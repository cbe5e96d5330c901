import { expect, it } from "vitest";
import { oauthError, tokenResult, failureResult, type ServerRequest } from "#test/fakes/scripted-authorization-server";
import { caller, createWorld, environmentId, type World } from "#test/fakes/world";
import type { TokenResult } from "../ports/authorization-server.ts";
import { refreshAccount } from "./refresh-account.ts";
import { readToken } from "./read-token.ts";
import { importAccount } from "./import-account.ts";
import { disconnectAccount } from "./disconnect-account.ts";

const refresh = (ports: any, reason: any = "on_demand", accountId = "ia_one") =>
  refreshAccount(ports, { environmentId, accountId, demand: { reason, minTtlSeconds: null }, actor: "test" });
function answerByHand(world: World) {
  const waiting: ((r: TokenResult) => void)[] = [];
  world.server.respondWith((_r: ServerRequest) => { const { promise, resolve } = Promise.withResolvers<TokenResult>(); waiting.push(resolve); return promise; });
  return (i: number, r: TokenResult) => waiting[i]?.(r);
}
async function overtaken() {
  const world = await createWorld(); await world.addAccount();
  const answer = answerByHand(world);
  const first = refresh(world); await world.server.nextRequest();
  world.clock.advance(31_000);
  const second = refresh(world.otherProcess()); await world.server.nextRequest();
  return { world, answer, first, second };
}
it("D1 newer answer w/o refresh token on top of late rotated one", async () => {
  const { world, answer, first, second } = await overtaken();
  answer(0, tokenResult(world.clock, "late")); await first;
  answer(1, tokenResult(world.clock, "newer", { refreshToken: null })); await second;
  console.log("D1 stored", await world.storedTokens());
});
it("D2 KMS down at reseal", async () => {
  const { world, answer, first, second } = await overtaken();
  answer(0, tokenResult(world.clock, "late")); await first;
  world.keys.setDown("wrap");
  answer(1, tokenResult(world.clock, "newer"));
  console.log("D2", await second.then((o: any) => o.kind, (e: any) => e.code), "spool", world.spool.entries.size);
  world.keys.setDown(null);
  const a = await world.account();
  console.log("D2 stored", (await world.storedTokens())?.refreshToken, "lease", a.leaseUntil, "attempt", a.attempt);
});
it("D3 newer answer spooled while late answer written", async () => {
  const { world, answer, first, second } = await overtaken();
  world.accounts.failApplies("before_commit");
  answer(1, tokenResult(world.clock, "newer"));
  while (world.spool.entries.size === 0) await new Promise((r) => setImmediate(r));
  answer(0, tokenResult(world.clock, "late")); await first;
  console.log("D3 second", (await world.clock.settle(second) as any).kind);
  console.log("D3 stored", (await world.storedTokens())?.refreshToken, world.accounts.attempts.map((o) => o.result?.outcome), "spool", world.spool.entries.size);
});
it("D3b replaySpool of the newer answer after late one", async () => {
  const { world, answer, first, second } = await overtaken();
  world.accounts.failApplies(...Array.from({ length: 30 }, () => "before_commit" as const));
  answer(1, tokenResult(world.clock, "newer"));
  const e = await world.clock.settle(second).catch((x: any) => x.code);
  world.accounts.failApplies(null);
  answer(0, tokenResult(world.clock, "late")); await first;
  console.log("D3b", e, (await world.storedTokens())?.refreshToken);
  for (let i = 0; i < 100; i++) { world.clock.advance(500); await new Promise((r) => setImmediate(r)); }
  console.log("D3b stored", (await world.storedTokens())?.refreshToken, world.accounts.attempts.map((o) => o.result?.outcome), "spool", world.spool.entries.size, "lease", (await world.account()).leaseUntil);
});
it("D4 own-client import introspection uses env client id", async () => {
  const auth = { tokenHost: "https://l.example", tokenPath: "/t", authorizePath: "/a", introspectPath: "/i", revokePath: "/r" };
  const world = await createWorld({ format: "oauth2_client_credentials", config: { auth } });
  world.server.respondWith(tokenResult(world.clock, "x", { expiresAt: null }));
  const a = await importAccount(world, caller, { integrationName: "acme-crm", tenantId: "t", inputs: {}, externalAccount: null, metadata: {}, credentials: { format: "oauth2_client_credentials", clientId: "own", clientSecret: "own-secret" } });
  const b = await importAccount(world, caller, { integrationName: "acme-crm", tenantId: "t", inputs: {}, externalAccount: null, metadata: {}, credentials: { format: "oauth2_client_credentials", clientId: "own-public", clientSecret: null } });
  console.log("D4", world.server.requests, b.clientId);
  let seen: any; const server = { ...world.server, revoke: async (i: any, s: any) => { seen = [i.clientId, s]; return "revoked" as const; } };
  await disconnectAccount({ ...world, server }, { environmentId, accountId: a.id, actor: "x" });
  console.log("D4 revoke", seen);
});
it("D5 forced in vain on needs_reauth explanation", async () => {
  const world = await createWorld(); await world.addAccount();
  world.accounts.patch("ia_one", { status: "needs_reauth", refreshDueAt: null });
  world.server.respondWith(oauthError("temporarily_unavailable", 503));
  const o: any = await refresh(world, "forced");
  console.log("D5", o.attempt.nextAttemptAt, o.attempt.explanation);
});
it("D6 learned then introspection", async () => {
  const auth = { tokenHost: "https://l.example", tokenPath: "/t", authorizePath: "/a", introspectPath: "/i" };
  const world = await createWorld({ config: { auth } });
  await world.addAccount({ expiresInSeconds: null, ageSeconds: 7200 });
  world.server.respondWith(() => tokenResult(world.clock, "n", { expiresAt: null }));
  await refresh(world, "rejected_token");
  world.server.introspectWith({ active: true, expiresAt: new Date(world.clock.now().getTime() + 900_000) });
  await refresh(world, "forced");
  console.log("D6", world.server.of("introspect").length, (await world.account()).learnedLifetimeSeconds);
});
it("D7 valid token expires while waiting", async () => {
  const world = await createWorld(); await world.addAccount({ expiresInSeconds: 25, ageSeconds: 3575 });
  world.accounts.patch("ia_one", { attempt: { id: "att_x", startedAt: world.clock.now() }, leaseUntil: new Date(world.clock.now().getTime() + 28_000) });
  const ports = { ...world, steadiness: { isSteady: () => false } };
  console.log("D7", await world.clock.settle(readToken(ports, { environmentId, accountId: "ia_one", minTtlSeconds: null, actor: "x" })).then((r: any) => r.accessToken, (e: any) => e.code + " " + e.status), world.clock.monotonicMs());
});
it("D8 hold survives a counted verdict", async () => {
  const world = await createWorld({ config: { refresh: { massFailure: { accounts: 1000, share: 0.2, windowSeconds: 600 } } } }); await world.addAccount(); 
  world.accounts.patch("ia_one", { hold: { reason: "mass_failure", at: new Date(0) } });
  const accounts = { ...world.accounts, apply: (c: any) => world.accounts.apply({ ...c, guard: null }) };
  world.server.respondWith(oauthError("invalid_grant"));
  const o: any = await refresh({ ...world, accounts }, "forced");
  console.log("D8", o.account.status, o.account.hold);
});
it("D9 own client integration rule client_misconfigured", async () => {
  const world = await createWorld({ config: { refresh: { failureRules: [{ id: "cli", errors: ["invalid_client"], class: "client_misconfigured", meaning: "x" }] } } });
  await world.addAccount({ ownClient: { id: "own", secret: "s" } });
  world.server.respondWith(oauthError("invalid_client", 401));
  const o: any = await refresh(world); console.log("D9", o.attempt.outcome, o.attempt.rule, world.circuits.news);
});
it("D10 introspect late (callers left)", async () => {
  const auth = { tokenHost: "https://l.example", tokenPath: "/t", authorizePath: "/a", introspectPath: "/i" };
  const world = await createWorld({ config: { auth } }); await world.addAccount();
  world.server.respondWith(() => tokenResult(world.clock, "n", { expiresAt: null }));
  world.server.introspectWith({ active: true, expiresAt: new Date(world.clock.now().getTime() + 900_000) });
  world.accounts.failApplies(...Array.from({ length: 30 }, () => "before_commit" as const));
  await world.clock.settle(refresh(world)).catch((x: any) => x.code);
  world.accounts.failApplies(null);
  for (let i = 0; i < 100; i++) { world.clock.advance(500); await new Promise((r) => setImmediate(r)); }
  const a = await world.account(); console.log("D10", a.credentialVersion, a.expiresAt, a.refreshDueAt, world.server.of("introspect").length);
});
it("D11 supersede with orphan after late", async () => { expect(1).toBe(1); void failureResult; });
