/** Callers of one process that want the same thing at the same time share one promise (R10). */
export interface SingleFlight<T> {
  /**
   * Runs `work` for this key, or joins the run in flight.
   * `work` is told how to count the callers that joined so far.
   */
  run(key: string, work: (joined: () => number) => Promise<T>): Promise<T>;
  /**
   * For callers that have something cheaper to do after a run than to join it. The first to ask for this key is to run it, gets null,
   * and says by `over` when that has come to an end, well or ill. Who asks until then gets that end, and counts as joined.
   */
  follow(key: string, over: () => Promise<void>): Promise<void> | null;
  /** How many wait for a run in flight now, those who started one among them. */
  callers(): number;
}

export function createSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, { readonly promise: Promise<T>; joined: number }>();
  const followed = new Map<string, { readonly over: Promise<void>; followers: number }>();
  const followersOf = (key: string): number => followed.get(key)?.followers ?? 0;
  return {
    run(key, work) {
      const flight = flights.get(key);
      if (flight !== undefined) {
        flight.joined += 1;
        return flight.promise;
      }
      const joined = (): number => (flights.get(key)?.joined ?? 0) + followersOf(key);
      const promise = Promise.resolve().then(() => work(joined));
      flights.set(key, { promise, joined: 0 });
      // Removed before the result is seen, so that who asks afterwards starts a new flight; a rejection reaches the callers.
      const remove = (): void => void flights.delete(key);
      promise.then(remove, remove);
      return promise;
    },
    follow(key, over) {
      const first = followed.get(key);
      if (first !== undefined) {
        first.followers += 1;
        return first.over;
      }
      const ended = over();
      const remove = (): void => void followed.delete(key);
      followed.set(key, { over: ended, followers: 0 });
      ended.then(remove, remove);
      return null;
    },
    callers: () =>
      [...flights.values()].reduce((sum, { joined }) => sum + joined + 1, 0) +
      [...followed.keys()].reduce((sum, key) => sum + followersOf(key), 0),
  };
}
