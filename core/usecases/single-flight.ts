/** Callers of one process that want the same thing at the same time share one promise (R10). */
export interface SingleFlight<T> {
  /**
   * Runs `work` for this key, or joins the run in flight, or gets the result that followers are still looking at.
   * `work` is told how to count the callers that joined so far.
   */
  run(key: string, work: (joined: () => number) => Promise<T>): Promise<T>;
  /**
   * For callers that have something cheaper to do after a run than to join it. The first to ask for this key is to run it, gets null,
   * and says by `over` when that has come to an end, well or ill. Who asks until then follows, and counts as joined.
   */
  follow(key: string, over: () => Promise<void>): Follower | null;
  /** How many wait for a run in flight now, those who started one among them. */
  callers(): number;
}

export interface Follower {
  readonly over: Promise<void>;
  /** Once, when the follower is done: until then a run of its own gets the result that it waited for, which may be a failure. */
  leave(): void;
}

interface Followed<T> {
  readonly over: Promise<void>;
  followers: number;
  result: Promise<T> | null;
}

export function createSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, { readonly promise: Promise<T>; joined: number }>();
  const followed = new Map<string, Followed<T>>();
  /** What ended while it was followed, as long as a follower has not left. */
  const kept = new Map<string, Followed<T>>();
  const followersOf = (key: string): number => followed.get(key)?.followers ?? 0;

  const end = (key: string, promise: Promise<T>): void => {
    flights.delete(key);
    const first = followed.get(key);
    if (first === undefined || first.followers === 0) return;
    first.result = promise;
    kept.set(key, first);
  };

  const followerOf = (key: string, first: Followed<T>): Follower => {
    first.followers += 1;
    return {
      over: first.over,
      leave() {
        first.followers -= 1;
        if (first.followers === 0 && kept.get(key) === first) kept.delete(key);
      },
    };
  };

  return {
    run(key, work) {
      const flight = flights.get(key);
      if (flight !== undefined) {
        flight.joined += 1;
        return flight.promise;
      }
      const past = kept.get(key)?.result ?? null;
      if (past !== null) return past;
      const joined = (): number => (flights.get(key)?.joined ?? 0) + followersOf(key);
      const promise = Promise.resolve().then(() => work(joined));
      flights.set(key, { promise, joined: 0 });
      // Removed before the result is seen, so that who asks afterwards starts a new flight; a rejection reaches the callers.
      const remove = (): void => end(key, promise);
      promise.then(remove, remove);
      return promise;
    },
    follow(key, over) {
      const first = followed.get(key);
      if (first !== undefined) return followerOf(key, first);
      const ended = over();
      const remove = (): void => void followed.delete(key);
      followed.set(key, { over: ended, followers: 0, result: null });
      ended.then(remove, remove);
      return null;
    },
    callers: () =>
      [...flights.values()].reduce((sum, { joined }) => sum + joined + 1, 0) +
      [...followed.keys()].reduce((sum, key) => sum + followersOf(key), 0),
  };
}
