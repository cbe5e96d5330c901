import type { StreamAnswer } from "../ports/provider-streams.ts";
import type { ProxyPorts } from "./proxy-ports.ts";

type Answer = StreamAnswer & { readonly kind: "answer" };

/** A small rest that comes at once is read off, so that the connection serves again; any other ends with it. */
const discardedBytes = 65_536;
const discardMs = 500;

/** Whoever rejects a token and leaves the rest of the answer unsaid must not keep the replay waiting for it. */
export async function discardAnswer({ clock }: Pick<ProxyPorts, "clock">, { body, leave }: Answer): Promise<void> {
  const done = new AbortController();
  const read = async (): Promise<void> => {
    let bytes = 0;
    try {
      for await (const chunk of body) if ((bytes += chunk.length) > discardedBytes) break;
    } catch {
      // It is not wanted any more.
    }
  };
  await Promise.race([read(), clock.sleep(discardMs, done.signal)]);
  done.abort();
  leave();
}
