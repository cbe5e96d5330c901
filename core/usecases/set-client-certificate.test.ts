import { describe, expect, it } from "vitest";
import { makeCertificate } from "#test/make-certificate";
import { caller, createWorld, type World } from "#test/fakes/world";
import { decodeClientCertificate } from "../domain/integration/client-certificate.ts";
import { findIntegration } from "./find-integration.ts";
import { openClientSecrets } from "./load-integration.ts";
import { checkClientCertificate, setClientCertificate } from "./set-client-certificate.ts";

const mtls = { config: { options: { authorizationMethod: "mtls" } } };
// The world's clock stands still in November 2026.
const span = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2027-01-01T00:00:00Z") };
const one = makeCertificate({ commonName: "one", ...span });
const configuredOf = (world: World) => findIntegration(world, caller, "acme-crm");
/** What a request would show. */
const shownBy = async (world: World) => {
  const { newestFirst } = await openClientSecrets(world, await configuredOf(world), "test");
  return newestFirst.map(({ secret }) => decodeClientCertificate(secret.reveal()));
};
const set = async (world: World, given: { certificate?: string; key?: string }): Promise<void> => {
  const checked = checkClientCertificate(await configuredOf(world), given, world.clock.now());
  await setClientCertificate(world, caller, "acme-crm", checked);
};

describe("the certificate of a client", () => {
  it("is sealed with its key, and opens for a request", async () => {
    const world = await createWorld(mtls);
    await set(world, one);
    const configured = await configuredOf(world);
    expect(configured.client?.certificate?.shown).toMatchObject({ subject: "CN=one", notAfter: span.notAfter });
    expect(await shownBy(world)).toEqual([one]);
    const stored = JSON.stringify([configured.client?.certificate?.shown, world.integrations.audit, world.auditLog]);
    expect(stored).not.toContain("PRIVATE KEY");
    expect(world.integrations.audit.map((record) => [record.action, record.detail?.["field"] ?? null])).toEqual([
      ["environment_integration.updated", null],
      ["secret.sealed", "client_certificate"],
    ]);
  });

  it("takes the place of the one before it, under a new version", async () => {
    const world = await createWorld(mtls);
    await set(world, one);
    const other = makeCertificate({ commonName: "other", ...span });
    await set(world, other);
    const configured = await configuredOf(world);
    expect(configured.client?.certificate).toMatchObject({ version: 2, shown: { subject: "CN=other" } });
    expect(await shownBy(world)).toEqual([other]);
    expect(world.integrations.audit.at(-1)).toMatchObject({
      action: "secret.erased",
      detail: { field: "client_certificate", version: 1, reason: "client_changed" },
    });
  });

  it.each([
    ["without its key", { certificate: one.certificate }, "client_certificate_key"],
    ["as a key alone", { key: one.key }, "client_certificate"],
    ["with something else for its key", { ...one, key: "hush" }, "client_certificate_key"],
    ["as something else", { ...one, certificate: "hush" }, "client_certificate"],
  ])("is refused %s, with the field, before anything is written", async (_name, given, field) => {
    const world = await createWorld(mtls);
    await expect(set(world, given)).rejects.toMatchObject({
      code: "invalid_request",
      errors: [{ pointer: `/credentials/oauth2/config/${field}` }],
    });
    expect((await configuredOf(world)).client?.certificate).toBeUndefined();
  });

  it("is refused where nothing shows it", async () => {
    const world = await createWorld();
    await expect(set(world, one)).rejects.toMatchObject({
      errors: [{ detail: expect.stringContaining("is not mtls") }],
    });
  });

  it("is left as it was while the KMS is down (R43)", async () => {
    const world = await createWorld(mtls);
    world.keys.setDown("wrap");
    await expect(set(world, one)).rejects.toMatchObject({ code: "kms_unavailable" });
    expect((await configuredOf(world)).client?.certificate).toBeUndefined();
  });
});
