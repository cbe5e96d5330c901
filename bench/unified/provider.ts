// The imitation of HubSpot's API in a process of its own, with its answers made beforehand: what is measured is not its work.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { imitations } from "#lab/imitations/imitations";
import { servePart } from "../part.ts";

const imitation = imitations["hubspot"]?.();
if (imitation === undefined) throw new Error("nobody imitates hubspot");
/** With what the mapping asks for, and not the few properties that come by themselves. */
const properties = process.env["PROPERTIES"] ?? "";
const { results: listed } = imitation.answer(
  { method: "GET", path: "/crm/v3/objects/contacts", query: new URLSearchParams({ properties }), body: null },
  "",
).body as { results: { id: string }[] };
const [sample] = listed;

/** So many of the documented contact, each with an id of its own. */
const pages = new Map(
  [1, 10].map((count) => {
    const results = Array.from({ length: count }, (_, index) => ({ ...sample, id: String(512 + index) }));
    const body = Buffer.from(JSON.stringify({ results, paging: { next: { after: String(512 + count) } } }));
    return [String(count), body] as const;
  }),
);

/** The pages of a hundred of a list of ten thousand, by what asks for them. */
const listSize = 10_000;
const list = new Map(
  Array.from({ length: listSize / 100 }, (_, page) => {
    const results = Array.from({ length: 100 }, (__, index) => ({ ...sample, id: String(page * 100 + index + 1) }));
    const after = (page + 1) * 100;
    const body = JSON.stringify({
      results,
      ...(after < listSize ? { paging: { next: { after: String(after) } } } : {}),
    });
    return [String(page * 100), Buffer.from(body)] as const;
  }),
);
const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? "/", "http://provider");
  const limit = searchParams.get("limit") ?? "";
  const page = limit === "100" ? list.get(searchParams.get("after") ?? "0") : pages.get(limit);
  const body = page ?? Buffer.from(JSON.stringify(sample));
  request.resume();
  response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body);
});
server.keepAliveTimeout = 600_000;
server.requestTimeout = 0;

server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  servePart(() => pages.size, {
    details: { port: String(port), bytes: String(list.get("0")?.length ?? 0) },
    onStop: () => server.closeAllConnections(),
  });
});
