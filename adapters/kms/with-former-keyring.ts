import type { ClosableKms } from "./keyed-kms.ts";

/**
 * A KMS, and keyrings that were in use before: they open what they wrapped, and wrap nothing. A re-wrap moves it into the KMS.
 * Their key ids have nothing in common (checked where the configuration is read).
 */
export function withFormerKeyring(kms: ClosableKms, former: ClosableKms): ClosableKms {
  const formerIds = former.describe().then((keys) => new Set(keys.map((one) => one.id)));
  return {
    wrap: (context, key) => kms.wrap(context, key),

    async unwrap(context, wrapped) {
      const from = (await formerIds).has(wrapped.kid) ? former : kms;
      return await from.unwrap(context, wrapped);
    },

    async rewrap(context, wrapped) {
      if (!(await formerIds).has(wrapped.kid)) return await kms.rewrap(context, wrapped);
      const key = await former.unwrap(context, wrapped);
      if (key === null) return null;
      try {
        return await kms.wrap(context, key);
      } finally {
        key.fill(0);
      }
    },

    async describe() {
      const opens = (await former.describe()).map((one) => ({ ...one, state: "opens" as const }));
      return [...(await kms.describe()), ...opens];
    },

    addVersion: (environment) => kms.addVersion(environment),

    close: () => kms.close(),
  };
}
