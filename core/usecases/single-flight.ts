/** Callers of one process that want the same thing at the same time share one promise (R10). */
export interface SingleFlight<T> {
  /**
   * Runs `work` for this key, or joins the run in flight.
   * `work` is told how to count the callers that joined so far.
   */
  run(key: string, work: (joined: () => number) => Promise<T>): Promise<T>;
  /** How many wait for a run in flight now, those who started one among them. */
  callers(): number;
}

export function createSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, { readonly promise: Promise<T>; joined: number }>();
  return {
    run(key, work) {
      const flight = flights.get(key);
      if (flight !== undefined) {
        flight.joined += 1;
        return flight.promise;
      }
      const joined = (): number => flights.get(key)?.joined ?? 0;
      const promise = Promise.resolve().then(() => work(joined));
      flights.set(key, { promise, joined: 0 });
      // Removed before the result is seen, so that who asks afterwards starts a new flight; a rejection reaches the callers.
      const remove = (): void => void flights.delete(key);
      promise.then(remove, remove);
      return promise;
    },
    callers: () => [...flights.values()].reduce((sum, { joined }) => sum + joined + 1, 0),
  };
}
