/** One message of a stream of events. */
export type StreamMessage = { id: string | null; type: string; data: any };

export type OpenStream = {
  status: number;
  headers: Headers;
  /** The next message. Fails when the stream ends before. */
  next(): Promise<StreamMessage>;
  /** Resolves when the other side ends it. */
  ended: Promise<void>;
  close(): void;
};

/** Opens a stream of events and reads along. */
export async function openStream(url: string, headers: Record<string, string>): Promise<OpenStream> {
  const leaving = new AbortController();
  const response = await fetch(url, { headers, signal: leaving.signal });
  const messages: StreamMessage[] = [];
  const waiting: { resolve: (message: StreamMessage) => void; reject: (error: Error) => void }[] = [];
  const hear = (message: StreamMessage): void => {
    const first = waiting.shift();
    if (first === undefined) messages.push(message);
    else first.resolve(message);
  };
  let isOver = false;
  const ended = read(response, hear).finally(() => {
    isOver = true;
    for (const one of waiting.splice(0)) one.reject(new Error("the stream ended"));
  });
  ended.catch(() => {});
  return {
    status: response.status,
    headers: response.headers,
    async next() {
      const first = messages.shift();
      if (first !== undefined) return first;
      if (isOver) throw new Error("the stream ended");
      return await new Promise<StreamMessage>((resolve, reject) => void waiting.push({ resolve, reject }));
    },
    ended,
    close: () => leaving.abort(),
  };
}

async function read(response: Response, hear: (message: StreamMessage) => void): Promise<void> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    const parts = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split("\n\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      const field = (name: string): string | undefined =>
        part
          .split("\n")
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2);
      const data = field("data");
      if (data !== undefined)
        hear({ id: field("id") ?? null, type: field("event") ?? "message", data: JSON.parse(data) });
    }
  }
}
