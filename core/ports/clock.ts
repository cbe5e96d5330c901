/** Time, so that tests can step it. */
export interface Clock {
  now(): Date;
  /** Milliseconds that never run backwards; for measuring how long something took. */
  monotonicMs(): number;
  /** Resolves after `milliseconds`, or at once when the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
