import { AsyncLocalStorage } from "node:async_hooks";
import { watchSecrets, type Secret } from "#core/domain/secret/secret";

/** What came to life in the clear in one operation: a request, a job. Null when that is over. */
interface Scope {
  secrets: Secret[] | null;
}

const scopes = new AsyncLocalStorage<Scope>();
/** Of the operations that are under way. Who waits for another one's refresh logs its error, so a line is held against all of them. */
const live = new Set<Scope>();

/**
 * What is in the clear outside of any operation (at start, on the command line), or in what an operation left behind it when it ended:
 * the newest few.
 */
const outside: Secret[] = [];
const mostOutside = 100;
/** A line is held against so many at most. One operation has a handful; a process has hundreds of operations under way at most. */
const mostCompared = 5_000;

watchSecrets((secret) => {
  const own = scopes.getStore()?.secrets;
  if (own != null) {
    own.push(secret);
    return;
  }
  outside.push(secret);
  if (outside.length > mostOutside) outside.shift();
});

/** Runs one operation. What becomes a Secret within it is kept out of every log line until it ends (checklist I2). */
export function withLiveSecrets<T>(work: () => Promise<T>): Promise<T> {
  const scope: Scope = { secrets: [] };
  live.add(scope);
  // What goes on in its context, a connection of a pool for hours, still holds the scope: it must not hold what was in it.
  const end = (): void => {
    live.delete(scope);
    scope.secrets = null;
  };
  try {
    const done = scopes.run(scope, work);
    done.then(end, end);
    return done;
  } catch (error) {
    end();
    throw error;
  }
}

/** Every secret that is in the clear now, this operation's first. */
export function liveSecrets(): string[] {
  const own = scopes.getStore();
  const texts = new Set<string>();
  const add = (secrets: Iterable<Secret>): void => {
    for (const secret of secrets) if (texts.size < mostCompared) texts.add(secret.reveal());
  };
  if (own?.secrets != null) add(own.secrets);
  add(outside);
  for (const { secrets } of live) if (secrets !== null) add(secrets);
  return [...texts];
}
