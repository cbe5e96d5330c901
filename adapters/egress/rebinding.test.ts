import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createAddressGuard } from "./address-guard.ts";
import { createEgressClient } from "./egress-client.ts";
import { EgressRefused, guardedConnector, type Resolve } from "./guarded-connector.ts";

// Two listeners at one port: one may be called, the other must never hear anything.
const open = "127.0.0.2";
const inside = "127.0.0.1";
const guard = createAddressGuard([{ address: open, prefix: 32 }]);

let allowed: Server;
let canary: Server;
let port: number;
let answered = 0;
let heard = 0;
let heardBytes = 0;

beforeAll(async () => {
  allowed = createServer((socket: Socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      answered += 1;
      // The connection ends, so that every request connects, and resolves, anew.
      socket.end("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n");
    });
  });
  await new Promise<void>((resolve) => allowed.listen(0, open, resolve));
  ({ port } = allowed.address() as AddressInfo);
  canary = createServer((socket: Socket) => {
    heard += 1;
    socket.on("error", () => {});
    socket.on("data", (bytes) => (heardBytes += bytes.length));
  });
  await new Promise<void>((resolve) => canary.listen(port, inside, resolve));
});
afterAll(() => {
  allowed.close();
  canary.close();
});

it("a name that is another address at every look never reaches an address inside, in 1,000 tries (D7)", async () => {
  let looks = 0;
  const answers: Awaited<ReturnType<Resolve>>[] = [
    [{ address: open, family: 4 }],
    [{ address: inside, family: 4 }],
    [
      { address: inside, family: 4 },
      { address: open, family: 4 },
    ],
    [{ address: "::ffff:127.0.0.1", family: 6 }],
    [],
  ];
  const resolve: Resolve = async () => answers[looks++ % answers.length] ?? [];
  const client = createEgressClient(guard, { resolve, connectionsPerOrigin: 8 });
  const call = async (): Promise<"answered" | "refused" | "other"> =>
    await client
      .fetch(`http://rebind.example:${port}/`, { method: "POST", body: "secret", signal: AbortSignal.timeout(10_000) })
      .then(() => "answered" as const)
      .catch((error: unknown) => (error instanceof EgressRefused ? "refused" : "other"));
  const outcomes: string[] = [];
  for (let round = 0; round < 125; round += 1) outcomes.push(...(await Promise.all(Array.from({ length: 8 }, call))));
  await client.close();
  expect({ heard, heardBytes }).toEqual({ heard: 0, heardBytes: 0 });
  expect(outcomes).toHaveLength(1_000);
  expect(outcomes.filter((one) => one === "other")).toEqual([]);
  // Both kinds of answers came, and the good ones were used.
  expect(outcomes.filter((one) => one === "answered").length).toBe(answered);
  expect(answered).toBeGreaterThan(200);
  expect(outcomes.filter((one) => one === "refused").length).toBeGreaterThan(200);
}, 60_000);

it("a socket that came to an address inside past both other looks is closed before a byte is sent (D4)", async () => {
  const connect = guardedConnector(guard, null);
  // Literals are looked at before a connector is asked; here nobody did.
  const error = await new Promise((resolve) =>
    connect({ hostname: inside, host: `${inside}:${port}`, protocol: "http:", port: String(port) }, (reason, socket) =>
      resolve(reason ?? socket),
    ),
  );
  expect(error).toBeInstanceOf(EgressRefused);
  expect(heardBytes).toBe(0);
});

it("an answer of the resolver without any address is a refusal (D6)", async () => {
  const client = createEgressClient(guard, { resolve: async () => [] });
  const call = client.fetch("https://nowhere.example/", { method: "GET", signal: AbortSignal.timeout(5_000) });
  await expect(call).rejects.toBeInstanceOf(EgressRefused);
  await client.close();
});

it("a public name that points inside, as nip.io makes them, is refused (D4)", async () => {
  const client = createEgressClient(guard, { resolve: async () => [{ address: "169.254.169.254", family: 4 }] });
  const call = client.fetch("https://169.254.169.254.nip.example/", {
    method: "GET",
    signal: AbortSignal.timeout(5_000),
  });
  await expect(call).rejects.toBeInstanceOf(EgressRefused);
  await client.close();
});
