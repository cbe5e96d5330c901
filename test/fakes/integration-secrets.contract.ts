import { beforeEach, describe, expect, test } from "vitest";
import type { AuditRecord } from "#core/domain/audit/audit-record";
import { integrationDocumentSchema } from "#core/domain/integration/integration-document";
import type { SecretTerm } from "#core/domain/integration/order-client-secrets";
import type { IntegrationAdministration, SecretsPatch } from "#core/ports/integration-store";
import { exampleSource } from "./in-memory-integration-store.ts";

export interface SecretsSubject {
  readonly store: IntegrationAdministration;
  readonly environmentId: string;
  /** The records `secret.erased` of one integration, in order. */
  erasures(integrationName: string): Promise<readonly Pick<AuditRecord, "actor" | "detail">[]>;
  /** The store's own present. */
  now(): Date;
}

/** What every integration store guarantees about the secrets of a client. */
export function describeIntegrationSecrets(name: string, create: () => Promise<SecretsSubject>): void {
  describe(`client secrets: ${name}`, () => {
    let subject: SecretsSubject;
    let integrationName = "";
    let round = 0;

    const audit = (actor = "usr_op"): AuditRecord => ({
      environmentId: subject.environmentId,
      actor,
      action: "integration.put",
      target: integrationName,
    });
    const document = (tokenHost = "https://login.acme.example") =>
      integrationDocumentSchema.parse(exampleSource({ name: integrationName, config: { auth: { tokenHost } } }));
    const inDays = (days: number): Date => new Date(subject.now().getTime() + days * 86_400_000);
    const patch = async (secrets: Omit<SecretsPatch, "actor">, clientId?: string): Promise<boolean> =>
      await subject.store.patchClient(
        subject.environmentId,
        integrationName,
        { id: `ei_${integrationName}`, callbackId: `callback-${integrationName}` },
        { ...(clientId === undefined ? {} : { clientId }), secrets: { ...secrets, actor: "usr_op" } },
        [],
      );
    const add = async (
      version: number,
      kept: readonly SecretTerm[] = [],
      clientId: string | null = "c",
    ): Promise<boolean> =>
      await patch({
        expected: { clientId, newest: version === 1 ? null : version - 1 },
        added: { version, kid: "k1", sealed: Buffer.from(`sealed-${version}`) },
        kept,
      });
    const secrets = async () => {
      const found = await subject.store.find(subject.environmentId, integrationName);
      return found?.client?.secrets ?? [];
    };
    const versions = async () => (await secrets()).map((one) => one.version);
    const worked = async () =>
      (await secrets()).map((one) => (one.lastWorkedAt === null ? null : Number(one.lastWorkedAt)));

    beforeEach(async () => {
      subject = await create();
      round += 1;
      integrationName = `rotating-${round}`;
      await subject.store.put(subject.environmentId, document(), { audit: audit() });
      const fresh = { id: `ei_${integrationName}`, callbackId: `callback-${integrationName}` };
      await subject.store.patchClient(subject.environmentId, integrationName, fresh, { clientId: "c" }, []);
    });

    test("are read newest first, each with its end, in the list as well", async () => {
      const end = inDays(7);
      await add(1);
      expect(await add(2, [{ version: 1, acceptedUntil: end }])).toBe(true);
      const found = await secrets();
      expect(found.map((one) => [one.version, Buffer.from(one.sealed).toString(), one.acceptedUntil])).toEqual([
        [2, "sealed-2", null],
        [1, "sealed-1", end],
      ]);
      expect(found.map((one) => one.lastWorkedAt)).toEqual([null, null]);
      expect(found.map((one) => one.setBy)).toEqual(["usr_op", "usr_op"]);
      expect(Math.abs(Number(found[0]?.createdAt) - Number(subject.now()))).toBeLessThan(60_000);
      const { readable } = await subject.store.list(subject.environmentId);
      expect(readable.filter((one) => one.name === integrationName).map((one) => one.client?.secrets)).toEqual([found]);
    });

    test("that a change does not keep are erased, each with its record", async () => {
      await add(1);
      await add(2, [{ version: 1, acceptedUntil: inDays(7) }]);
      await add(3, [{ version: 2, acceptedUntil: inDays(7) }]);
      expect(await versions()).toEqual([3, 2]);
      expect(await subject.erasures(integrationName)).toEqual([
        { actor: "usr_op", detail: { field: "client_secret", version: 1, reason: "client_changed" } },
      ]);
    });

    test("may get another end without a new one being added", async () => {
      await add(1);
      await add(2, [{ version: 1, acceptedUntil: inDays(7) }]);
      const kept = [
        { version: 2, acceptedUntil: null },
        { version: 1, acceptedUntil: inDays(1) },
      ];
      await patch({ expected: { clientId: "c", newest: 2 }, added: null, kept });
      expect((await secrets()).map((one) => [one.version, one.acceptedUntil])).toEqual(
        kept.map((one) => [one.version, one.acceptedUntil]),
      );
      expect(await subject.erasures(integrationName)).toEqual([]);
    });

    test("stay as they are, the client with them, when another change came first", async () => {
      await add(1);
      await add(2, [{ version: 1, acceptedUntil: inDays(7) }]);
      const added = { version: 2, kid: "k1", sealed: Buffer.from("late") };
      expect(await patch({ expected: { clientId: "c", newest: 1 }, added, kept: [] }, "late")).toBe(false);
      const late = { ...added, version: 3 };
      expect(await patch({ expected: { clientId: "other", newest: 2 }, added: late, kept: [] }, "late")).toBe(false);
      expect(await versions()).toEqual([2, 1]);
      expect((await subject.store.find(subject.environmentId, integrationName))?.client?.layer.clientId).toBe("c");
      expect(await subject.erasures(integrationName)).toEqual([]);
    });

    test("of two changes at once one alone is written", async () => {
      await add(1);
      const added = { version: 2, kid: "k1", sealed: Buffer.from("x") };
      const both = Array.from({ length: 4 }, () => patch({ expected: { clientId: "c", newest: 1 }, added, kept: [] }));
      expect((await Promise.all(both)).filter(Boolean)).toHaveLength(1);
    });

    test("are all erased with a change of hosts, with records by who made it", async () => {
      await add(1);
      await add(2, [{ version: 1, acceptedUntil: inDays(7) }]);
      const options = { audit: audit("usr_mover") };
      await subject.store.put(subject.environmentId, document("https://other.acme.example"), options);
      expect(await versions()).toEqual([]);
      const records = await subject.erasures(integrationName);
      expect(records.map((one) => [one.actor, one.detail?.["reason"]])).toEqual([
        ["usr_mover", "hosts_changed"],
        ["usr_mover", "hosts_changed"],
      ]);
      expect(records.map((one) => one.detail?.["version"])).toEqual(expect.arrayContaining([1, 2]));
    });

    test("keys and certificates go with them when hosts change, each with its record, and keep one version each", async () => {
      const { store, environmentId } = subject;
      const sealed = Buffer.from("sealed");
      const prove = async (version: number, field: "client_key" | "client_certificate"): Promise<boolean> => {
        const shown = { subject: "CN=acme", sha256: "00", notAfter: inDays(30) };
        const proof = field === "client_key" ? { field, published: [] } : { field, shown };
        return await store.patchProof(environmentId, integrationName, { version, kid: "k1", sealed, ...proof }, []);
      };
      const proofs = async () => {
        const client = (await store.find(environmentId, integrationName))?.client;
        return [client?.keys?.version, client?.certificate?.version, client?.secrets.length];
      };
      await add(1);
      await add(2, [{ version: 1, acceptedUntil: inDays(7) }]);
      expect(await prove(1, "client_key")).toBe(true);
      expect(await prove(1, "client_certificate")).toBe(true);
      expect(await prove(2, "client_key")).toBe(true);
      expect(await prove(2, "client_key")).toBe(false);
      expect(await proofs()).toEqual([2, 1, 2]);
      await store.put(environmentId, document("https://other.acme.example"), { audit: audit("usr_mover") });
      expect(await proofs()).toEqual([undefined, undefined, 0]);
      const erased = (await subject.erasures(integrationName)).map((one) => [
        one.actor,
        one.detail?.["field"],
        one.detail?.["version"],
      ]);
      expect(erased).toEqual(
        expect.arrayContaining([
          ["usr_mover", "client_key", 2],
          ["usr_mover", "client_certificate", 1],
          ["usr_mover", "client_secret", 2],
        ]),
      );
    });

    test("outlive a definition that is put again", async () => {
      await add(1);
      await subject.store.put(subject.environmentId, document(), { audit: audit() });
      expect(await versions()).toEqual([1]);
    });

    test("are all erased with the definition", async () => {
      await add(1);
      await subject.store.remove(subject.environmentId, integrationName, audit());
      expect(await subject.erasures(integrationName)).toMatchObject([{ detail: { reason: "integration_deleted" } }]);
    });

    test("that worked are noted to the minute, and at once when another one worked last", async () => {
      await add(1);
      await add(2, [{ version: 1, acceptedUntil: inDays(7) }]);
      const owner = `ei_${integrationName}`;
      const start = Number(subject.now());
      const note = async (version: number, afterMs: number) =>
        await subject.store.secretWorked(owner, version, new Date(start + afterMs));
      await note(1, 0);
      await note(1, 59_999);
      expect(await worked()).toEqual([null, start]);
      await note(1, 60_000);
      expect(await worked()).toEqual([null, start + 60_000]);
      await note(2, 61_000);
      expect(await worked()).toEqual([start + 61_000, start + 60_000]);
      await note(1, 62_000);
      expect(await worked()).toEqual([start + 61_000, start + 62_000]);
      await note(7, 63_000);
      await subject.store.secretWorked("ei_nobody", 1, new Date(start + 999_000));
      expect(await worked()).toEqual([start + 61_000, start + 62_000]);
    });
  });
}
