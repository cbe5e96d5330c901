import { describe, expect, it } from "vitest";
import type { SecretTerm } from "./order-client-secrets.ts";
import { planClientSecrets, type SecretChange } from "./plan-client-secrets.ts";

const now = new Date("2026-11-20T10:00:00Z");
const day = 86_400;
const inSeconds = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
const secret = (version: number, endsInSeconds: number | null = null): SecretTerm => ({
  version,
  acceptedUntil: endsInSeconds === null ? null : inSeconds(endsInSeconds),
});

const unchanged: SecretChange = {
  addsSecret: false,
  sameAsNew: [],
  changesClient: false,
  previousExpiresInSeconds: null,
};
const added: SecretChange = { ...unchanged, addsSecret: true };

describe("a new client secret", () => {
  it.each<[string, SecretTerm[], Partial<SecretChange>, number, SecretTerm[]]>([
    ["is the first", [], {}, 1, []],
    ["leaves the one before it accepted for seven days", [secret(1)], {}, 2, [secret(1, 7 * day)]],
    ["or for as long as is said", [secret(1)], { previousExpiresInSeconds: 60 }, 2, [secret(1, 60)]],
    ["ends the one before it at once where that is asked for", [secret(1)], { previousExpiresInSeconds: 0 }, 2, []],
    ["leaves earlier ones their own end", [secret(2), secret(1, 90)], {}, 3, [secret(2, 7 * day), secret(1, 90)]],
    [
      "gives all of them the end that is said",
      [secret(2), secret(1, 90)],
      { previousExpiresInSeconds: 60 },
      3,
      [secret(2, 60), secret(1, 60)],
    ],
    ["ends all of them with nought", [secret(2), secret(1, 90)], { previousExpiresInSeconds: 0 }, 3, []],
    [
      "drops the oldest beyond three",
      [secret(3), secret(2, 50), secret(1, 90)],
      {},
      4,
      [secret(3, 7 * day), secret(2, 50)],
    ],
    ["keeps nothing of another client", [secret(2), secret(1, 90)], { changesClient: true }, 3, []],
    [
      "gives one that has ended no second life",
      [secret(2), secret(1, 0)],
      { previousExpiresInSeconds: 60 },
      3,
      [secret(2, 60)],
    ],
    [
      "takes the place of the very same one and leaves the others as they are",
      [secret(2), secret(1, 90)],
      { sameAsNew: [2] },
      3,
      [secret(1, 90)],
    ],
    ["may be an older one again", [secret(2), secret(1, 90)], { sameAsNew: [1] }, 3, [secret(2, 7 * day)]],
  ])("%s", (_name, present, change, version, kept) => {
    expect(planClientSecrets(present, { ...added, ...change }, now)).toEqual({ version, kept });
  });
});

describe("a change without a new client secret", () => {
  it.each<[string, SecretTerm[], Partial<SecretChange>, SecretTerm[]]>([
    ["leaves the secrets as they are", [secret(2), secret(1, 90)], {}, [secret(2), secret(1, 90)]],
    [
      "ends the previous ones, never the newest",
      [secret(2), secret(1, 90)],
      { previousExpiresInSeconds: 0 },
      [secret(2)],
    ],
    [
      "gives the previous ones another end",
      [secret(2), secret(1, 90)],
      { previousExpiresInSeconds: 120 },
      [secret(2), secret(1, 120)],
    ],
    ["of the client takes the previous ones away", [secret(2), secret(1, 90)], { changesClient: true }, [secret(2)]],
    ["finds nothing to do where there is no secret", [], { previousExpiresInSeconds: 0 }, []],
    ["clears away what has ended", [secret(2), secret(1, -1)], { previousExpiresInSeconds: 120 }, [secret(2)]],
  ])("%s", (_name, present, change, kept) => {
    expect(planClientSecrets(present, { ...unchanged, ...change }, now)).toEqual({ version: null, kept });
  });
});
