/** A timer this late (milliseconds) tells that the process was frozen. */
const frozenMs = 500;
/** What arrived meanwhile is read within this, milliseconds. */
const graceMs = 2_000;

/**
 * A deadline that gives an answer its chance which lies in the socket already: a process that was frozen (stopped, suspended) wakes
 * with its timers due before it reads what arrived meanwhile, and would call the answer lost.
 */
export function deadlineSignal(milliseconds: number): AbortSignal {
  const controller = new AbortController();
  const dueMs = performance.now() + milliseconds;
  const abort = (): void => controller.abort(new DOMException("the deadline has passed", "TimeoutError"));
  setTimeout(() => {
    if (performance.now() - dueMs < frozenMs) abort();
    else setTimeout(abort, graceMs).unref();
  }, milliseconds).unref();
  return controller.signal;
}
