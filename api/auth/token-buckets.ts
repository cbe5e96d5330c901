export interface TokenBuckets {
  /** Takes one. @returns 0, or the whole seconds until there is one again: none was taken then */
  take(id: string): number;
  /** It was taken for nothing. */
  giveBack(id: string): void;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** So many are remembered; an id that is forgotten has a full bucket. */
const mostBuckets = 10_000;

/**
 * One bucket for each id, in this process alone: `burst` at once, `perSecond` for long. Taking changes two numbers in place, since
 * every request does it.
 *
 * @param now milliseconds
 */
export function createTokenBuckets(
  limit: { readonly perSecond: number; readonly burst: number },
  now: () => number = () => performance.now(),
): TokenBuckets {
  const { perSecond, burst } = limit;
  const buckets = new Map<string, Bucket>();

  const filled = (id: string): Bucket => {
    const at = now();
    const bucket = buckets.get(id);
    if (bucket === undefined) {
      if (buckets.size >= mostBuckets) forget(at);
      const fresh = { tokens: burst, at };
      buckets.set(id, fresh);
      return fresh;
    }
    bucket.tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) * perSecond) / 1000);
    bucket.at = at;
    return bucket;
  };

  /** Those that are full by now say nothing. Where that is none, somebody makes ids up, and all go. */
  const forget = (at: number): void => {
    for (const [id, { tokens, at: since }] of buckets) {
      if (tokens + ((at - since) * perSecond) / 1000 >= burst) buckets.delete(id);
    }
    if (buckets.size >= mostBuckets) buckets.clear();
  };

  const wait = ({ tokens }: Bucket): number => (tokens >= 1 ? 0 : Math.max(1, Math.ceil((1 - tokens) / perSecond)));

  return {
    take(id) {
      const bucket = filled(id);
      const seconds = wait(bucket);
      if (seconds === 0) bucket.tokens -= 1;
      return seconds;
    },
    giveBack(id) {
      const bucket = filled(id);
      bucket.tokens = Math.min(burst, bucket.tokens + 1);
    },
  };
}
