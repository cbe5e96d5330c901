import { describe, expect, it } from "vitest";
import { createInMemoryAuditLog } from "#test/fakes/in-memory-audit-log";
import { createSeededRandomness } from "#test/fakes/seeded-randomness";
import { createSwitchableKeys } from "#test/fakes/switchable-keys";
import { createVault } from "./vault.ts";

const location = { environmentId: "env_a", owner: "ia_one", field: "token_set", version: 2 } as const;
const access = { actor: "worker", accountId: "ia_one", purpose: "refresh" } as const;
const plaintext = Buffer.from("a token nobody may see");

async function vaultWithValue() {
  const random = createSeededRandomness();
  const keys = createSwitchableKeys(random);
  const audit = createInMemoryAuditLog();
  const vault = createVault({ keys, audit, random });
  const { kid, sealed } = vault.seal(await vault.prepare("env_a"), location, plaintext);
  return { vault, keys, audit, kid, sealed };
}

describe("the vault", () => {
  it("opens what it sealed and records who opened it, what for and with which key (R45)", async () => {
    const { vault, audit, sealed } = await vaultWithValue();
    expect(await vault.open(location, sealed, access)).toEqual(plaintext);
    expect(audit.records).toEqual([
      {
        environmentId: "env_a",
        actor: "worker",
        action: "credential.opened",
        target: "ia_one",
        accountId: "ia_one",
        keyId: "k1",
        detail: { field: "token_set", version: 2, purpose: "refresh" },
      },
    ]);
  });

  it("keeps the plaintext out of what it seals and out of the audit log", async () => {
    const { vault, audit, sealed } = await vaultWithValue();
    await vault.open(location, sealed, access);
    expect(Buffer.from(sealed).includes(plaintext)).toBe(false);
    expect(JSON.stringify(audit.records)).not.toContain("nobody");
  });

  it("opens nothing while no audit record can be made durable (invariant 8)", async () => {
    const { vault, keys, audit, sealed } = await vaultWithValue();
    let unwraps = 0;
    const counted = createVault({
      keys: { ...keys, unwrap: (...given) => ((unwraps += 1), keys.unwrap(...given)) },
      audit,
      random: createSeededRandomness(),
    });
    audit.setDown(true);
    await expect(counted.open(location, sealed, access)).rejects.toMatchObject({ code: "database_unavailable" });
    expect(unwraps).toBe(0);
    audit.setDown(false);
    expect(await vault.open(location, sealed, access)).toEqual(plaintext);
  });

  it("fails clearly while the KMS is down, and never falls back (R43)", async () => {
    const { vault, keys, sealed } = await vaultWithValue();
    keys.setDown("unwrap");
    await expect(vault.open(location, sealed, access)).rejects.toMatchObject({ code: "kms_unavailable", status: 503 });
    keys.setDown("wrap");
    await expect(vault.prepare("env_a")).rejects.toMatchObject({ code: "kms_unavailable" });
  });

  it.each([
    ["moved to another row", { ...location, owner: "ia_two" }],
    ["moved to another environment", { ...location, environmentId: "env_b" }],
    ["put back from an older version", { ...location, version: 1 }],
    ["moved to another field", { ...location, field: "client_secret" as const }],
  ])("refuses a value that was %s, and says so in the audit log", async (_name, moved) => {
    const { vault, audit, sealed } = await vaultWithValue();
    await expect(vault.open(moved, sealed, access)).rejects.toMatchObject({
      code: "sealed_value_invalid",
      status: 500,
    });
    expect(audit.records.at(-1)).toMatchObject({ action: "sealed_value.invalid", target: moved.owner });
  });

  it("refuses bytes that are no sealed value, with the same record", async () => {
    const { vault, audit } = await vaultWithValue();
    await expect(vault.open(location, new Uint8Array(3), access)).rejects.toMatchObject({
      code: "sealed_value_invalid",
    });
    expect(audit.records.map((one) => one.action)).toEqual(["credential.opened", "sealed_value.invalid"]);
  });

  it("refuses a value with one bit of its wrapped data key changed", async () => {
    const { vault, sealed, kid } = await vaultWithValue();
    const changed = Buffer.from(sealed);
    const at = 2 + kid.length + 2 + 30;
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    await expect(vault.open(location, changed, access)).rejects.toMatchObject({ code: "sealed_value_invalid" });
  });

  it("makes another sealed value of the same plaintext each time (R40)", async () => {
    const { vault } = await vaultWithValue();
    const seal = async () =>
      Buffer.from(vault.seal(await vault.prepare("env_a"), location, plaintext).sealed).toString("hex");
    expect(new Set(await Promise.all(Array.from({ length: 20 }, seal))).size).toBe(20);
  });
});
