// Sealing and opening a token set as the vault does it, per CPU second, under both policies; against AES-256-GCM of the same bytes with
// one key, in the same process, in turns. Without a database: what the audit record costs is part of `token` and `refresh`. And how
// often the KMS is asked.
import { Secret } from "#core/domain/secret/secret";
import { randomBytes } from "node:crypto";
import { createLocalKeyring } from "#adapters/kms/local-keyring";
import { systemClock } from "#adapters/system/system-clock";
import { systemRandomness } from "#adapters/system/system-randomness";
import { decrypt, encrypt, ivBytes } from "#core/domain/sealing/aead";
import { sealingPolicies, type SealingPolicy } from "#core/domain/sealing/sealing-policy";
import { encodeTokenSet } from "#core/domain/token/token-set";
import type { Kms } from "#core/ports/kms";
import { createSealingKeys } from "#core/usecases/sealing-keys";
import { createVault, type Vault } from "#core/usecases/vault";
import { createWrapCounter } from "#core/usecases/wrap-counter";
import { createInMemorySealingStore } from "#test/fakes/in-memory-sealing-store";
import { createRecordingLog } from "#test/fakes/recording-log";
import type { BenchmarkOptions, Report, Result } from "../benchmark.ts";
import { spread } from "../statistics.ts";

interface Sizes {
  readonly rounds: number;
  /** Values of one round, of each kind. */
  readonly values: number;
  readonly tenants: number;
}

const fullSizes: Sizes = { rounds: 9, values: 5_000, tenants: 100 };
const quickSizes: Sizes = { rounds: 3, values: 1_000, tenants: 20 };
const environmentId = "env_bench";

interface Subject {
  readonly vault: Vault;
  readonly calls: { wrap: number; unwrap: number };
}

interface Round {
  /** CPU microseconds per value. */
  readonly floor: { readonly seal: number; readonly open: number };
  readonly policies: Readonly<Record<SealingPolicy, { readonly seal: number; readonly open: number }>>;
}

export async function benchmarkSealing({ steps, isQuick }: BenchmarkOptions): Promise<Report> {
  const sizes = isQuick ? quickSizes : fullSizes;
  const plaintext = tokenSet();
  const subjects = { direct: startSubject("direct"), tenant: startSubject("tenant") };
  const measure = async (): Promise<Round> => ({
    floor: measureFloor(sizes.values, plaintext),
    policies: {
      direct: await measureVault(subjects.direct, sizes, plaintext),
      tenant: await measureVault(subjects.tenant, sizes, plaintext),
    },
  });
  await steps.step("warming up", measure);
  const before = { direct: { ...subjects.direct.calls }, tenant: { ...subjects.tenant.calls } };
  const rounds: Round[] = [];
  for (let round = 1; round <= sizes.rounds; round += 1) {
    rounds.push(await steps.step(`sealing: round ${round} of ${sizes.rounds}`, measure));
  }
  const operations = sizes.rounds * sizes.values;
  const notes = sealingPolicies.map((policy) => {
    const { calls } = subjects[policy];
    const wraps = calls.wrap - before[policy].wrap;
    const unwraps = calls.unwrap - before[policy].unwrap;
    return `KMS calls, policy ${policy}: ${(wraps / operations).toFixed(4)} per value sealed, ${(unwraps / operations).toFixed(4)} per value opened (${sizes.tenants} tenants, warm; a process asks once per tenant in five minutes besides).`;
  });
  return {
    name: "sealing",
    results: resultsOf(rounds),
    notes: [`Token sets of ${plaintext.length} bytes.`, ...notes],
    rounds: [...rounds] as never,
  };
}

function resultsOf(rounds: readonly Round[]): Result[] {
  return sealingPolicies.flatMap((policy) =>
    (["seal", "open"] as const).map((what): Result => {
      const own = rounds.map((round) => round.policies[policy][what]);
      const floor = rounds.map((round) => round.floor[what]);
      const perSecond = (micros: readonly number[]): string => spread(micros.map((one) => 1e6 / one));
      return {
        measured: `${what} per CPU second, policy ${policy}`,
        floor: `bare AES-256-GCM ${perSecond(floor)}`,
        subject: `vault ${perSecond(own)}`,
        target: "",
        reached: spread(
          own.map((one, index) => (floor[index] ?? Number.NaN) / one),
          2,
        ),
        isReached: null,
      };
    }),
  );
}

function startSubject(policy: SealingPolicy): Subject {
  const calls = { wrap: 0, unwrap: 0 };
  const keyring = createLocalKeyring({
    keyrings: { shared: [{ id: "bench-1", key: randomBytes(32) }], perEnvironment: new Map() },
    environmentName: async () => "production",
    random: systemRandomness,
  });
  const kms: Kms = {
    ...keyring,
    wrap: (...given) => ((calls.wrap += 1), keyring.wrap(...given)),
    unwrap: (...given) => ((calls.unwrap += 1), keyring.unwrap(...given)),
  };
  const store = createInMemorySealingStore();
  store.policies.set(environmentId, policy);
  const wraps = createWrapCounter({ store, log: createRecordingLog() });
  const keys = createSealingKeys({ kms, store, clock: systemClock, random: systemRandomness, wraps });
  const vault = createVault({ keys, audit: { append: async () => {} }, random: systemRandomness });
  return { vault, calls };
}

async function measureVault(
  { vault }: Subject,
  { values, tenants }: Sizes,
  plaintext: Uint8Array,
): Promise<{ readonly seal: number; readonly open: number }> {
  const sealed: Uint8Array[] = [];
  const location = (index: number) =>
    ({ environmentId, owner: `ia_${index}`, field: "token_set", version: 1 }) as const;
  const sealing = process.cpuUsage();
  for (let index = 0; index < values; index += 1) {
    const dataKey = await vault.prepare(environmentId, `tenant-${index % tenants}`);
    sealed.push(vault.seal(dataKey, location(index), plaintext).sealed);
  }
  const seal = microsecondsSince(sealing) / values;
  const opening = process.cpuUsage();
  for (const [index, bytes] of sealed.entries()) {
    const opened = await vault.open(location(index), bytes, { actor: "bench", purpose: "token_read" });
    opened.fill(0);
  }
  return { seal, open: microsecondsSince(opening) / values };
}

function measureFloor(values: number, plaintext: Uint8Array): { readonly seal: number; readonly open: number } {
  const key = randomBytes(32);
  const associated = Buffer.from("where it belongs");
  const sealed: { readonly iv: Uint8Array; readonly bytes: Uint8Array }[] = [];
  const sealing = process.cpuUsage();
  for (let index = 0; index < values; index += 1) {
    const iv = randomBytes(ivBytes);
    sealed.push({ iv, bytes: encrypt(key, iv, associated, plaintext) });
  }
  const seal = microsecondsSince(sealing) / values;
  const opening = process.cpuUsage();
  for (const { iv, bytes } of sealed) decrypt(key, iv, associated, bytes)?.fill(0);
  return { seal, open: microsecondsSince(opening) / values };
}

function microsecondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

function tokenSet(): Uint8Array {
  return encodeTokenSet({
    accessToken: new Secret(`at-0-${"a".repeat(180)}`),
    refreshToken: new Secret(`rt-0-${"r".repeat(40)}`),
    tokenType: "Bearer",
    expiresAt: new Date(),
    issuedAt: new Date(),
    scopes: ["read", "write", "offline_access"],
    clientSecret: null,
  });
}
