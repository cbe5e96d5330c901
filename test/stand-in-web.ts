import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface StandInWeb {
  readonly origin: string;
  /** What web was told of each page that the door passed on. */
  readonly seen: IncomingHttpHeaders[];
  close(): void;
}

/** In place of web: it answers every page with a word, and notes what came with it. */
export async function startStandInWeb(): Promise<StandInWeb> {
  const seen: IncomingHttpHeaders[] = [];
  const web = createServer((request, response) => {
    seen.push({ ...request.headers, url: request.url });
    response.end("a page");
  });
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(web.address() as AddressInfo).port}`,
    seen,
    close() {
      web.close();
      web.closeAllConnections();
    },
  };
}
