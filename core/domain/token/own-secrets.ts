import { isAccepted, type SecretTerm } from "../integration/order-client-secrets.ts";
import { planClientSecrets } from "../integration/plan-client-secrets.ts";
import type { Secret } from "../secret/secret.ts";
import { olderOf, type TokenSet } from "./token-set.ts";

type OwnSecret = SecretTerm & { readonly secret: Secret };

type Kept = Pick<TokenSet, "clientSecret" | "olderClientSecrets">;

/** The secrets of the client that an account brought itself, newest first. Their versions count within this token set alone. */
export function ownSecrets({ clientSecret, olderClientSecrets = [] }: Kept): readonly OwnSecret[] {
  const newest = clientSecret === null ? [] : [{ secret: clientSecret, acceptedUntil: null }];
  const all = [...newest, ...olderClientSecrets];
  return all.map((one, index) => ({ ...one, version: all.length - index }));
}

/** Those that may be shown to the provider now. */
export function acceptedOwnSecrets(set: Kept, now: Date): readonly OwnSecret[] {
  return ownSecrets(set).filter((one) => isAccepted(one, now));
}

/** The same token set whose client got another secret: those before it stay accepted for as long as an environment's do (R65). */
export function addOwnSecret(set: TokenSet, secret: Secret, now: Date): TokenSet {
  const before = ownSecrets(set);
  const sameAsNew = before.filter((one) => one.secret.equals(secret)).map((one) => one.version);
  const change = { addsSecret: true, sameAsNew, changesClient: false, previousExpiresInSeconds: null };
  const { kept } = planClientSecrets(before, change, now);
  const older = kept.flatMap(({ version, acceptedUntil }) => {
    const one = before.find((other) => other.version === version);
    return one === undefined || acceptedUntil === null ? [] : [{ secret: one.secret, acceptedUntil }];
  });
  return withSecrets(set, secret, older);
}

/** A new grant to the same client: its secrets go on with it. */
export function withOwnSecrets(set: TokenSet, [newest, ...before]: readonly Omit<OwnSecret, "version">[]): TokenSet {
  const older = before.flatMap(({ secret, acceptedUntil }) =>
    acceptedUntil === null ? [] : [{ secret, acceptedUntil }],
  );
  return withSecrets(set, newest?.secret ?? null, older);
}

function withSecrets(set: TokenSet, clientSecret: Secret | null, older: NonNullable<TokenSet["olderClientSecrets"]>) {
  const { olderClientSecrets: _, ...rest } = set;
  return { ...rest, clientSecret, ...olderOf(older) };
}
