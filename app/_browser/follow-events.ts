/** How long after the page came the stream is asked for: whoever only looks in does not open one, milliseconds. */
const patienceMs = 1_500;
/** After an answer that was no stream (too many are open, or the session is over), milliseconds. */
const againMs = 30_000;

/**
 * Tells each time that something happened which a page may show, by the stream of events of the API.
 * @param watch an account of which every change counts; null: none
 * @returns ends it
 */
export function followEvents(watch: string | null, happened: () => void): () => void {
  let source: EventSource | null = null;
  let timer = setTimeout(open, patienceMs);

  function open(): void {
    const query = watch === null ? "" : `?watch=${encodeURIComponent(watch)}`;
    source = new EventSource(`/api/v1/events/stream${query}`);
    // What happened before it was open, or while it was broken, may not be told.
    source.addEventListener("open", happened);
    for (const type of ["message", "changed", "many"]) source.addEventListener(type, happened);
    source.addEventListener("error", () => {
      // A broken one is asked for again by the browser, with what was missed; a refusal is not.
      if (source?.readyState !== EventSource.CLOSED) return;
      clearTimeout(timer);
      timer = setTimeout(open, againMs);
    });
  }

  return () => {
    clearTimeout(timer);
    source?.close();
  };
}
