import { createHash, X509Certificate } from "node:crypto";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ClientCertificate } from "#core/domain/integration/client-certificate";
import { startFaultServer, type FaultServer } from "#lab/start-fault-server";
import { makeCertificate } from "#test/make-certificate";
import { startTlsFront, type TlsFront } from "#test/start-tls-front";
import { createAddressGuard } from "./address-guard.ts";
import { createAgentCache } from "./agent-cache.ts";
import { createEgressClient, type EgressClient } from "./egress-client.ts";
import { EgressRefused } from "./guarded-connector.ts";
import type { Agent } from "undici";

let fault: FaultServer;
let front: TlsFront;
let egress: EgressClient;

beforeAll(async () => {
  fault = await startFaultServer();
  front = await startTlsFront(fault.origin);
  setDefaultCACertificates([...getCACertificates("default"), front.certificate]);
  egress = createEgressClient(createAddressGuard([{ address: "127.0.0.1", prefix: 32 }]));
});
afterAll(async () => {
  await egress.close();
  await front.close();
  await fault.close();
});

const one = makeCertificate({ commonName: "one" });
const other = makeCertificate({ commonName: "other" });
const fingerprint = ({ certificate }: ClientCertificate): string =>
  createHash("sha256").update(new X509Certificate(certificate).raw).digest("hex");
const call = async (clientCertificate?: ClientCertificate, client = egress, url = `${front.origin}/x`) => {
  fault.respondWith({ kind: "json", status: 200, body: {} });
  const signal = AbortSignal.timeout(5_000);
  return await client.fetch(url, {
    method: "POST",
    body: "x",
    signal,
    ...(clientCertificate === undefined ? {} : { clientCertificate }),
  });
};

describe("a client certificate (RFC 8705)", () => {
  it("is shown in the handshake", async () => {
    expect((await call(one)).status).toBe(200);
    expect(front.shown.at(-1)).toBe(fingerprint(one));
  });

  it("is never the one of a connection that another certificate made", async () => {
    const before = front.shown.length;
    await Promise.all([one, other, one, other].map((certificate) => call(certificate)));
    await call(other);
    await call(one);
    const shown = front.shown.slice(before);
    expect(shown.slice(-2)).toEqual([fingerprint(other), fingerprint(one)]);
    expect(shown.filter((id) => id === fingerprint(one))).toHaveLength(3);
  });

  it("has teeth: without one nothing gets through, also after somebody who had one", async () => {
    await call(one);
    await expect(call()).rejects.toBeInstanceOf(Error);
  });

  it("is not shown where the guard says no, nor where nobody could be held to it", async () => {
    const closed = createEgressClient(createAddressGuard([]));
    await expect(call(one, closed)).rejects.toBeInstanceOf(EgressRefused);
    await closed.close();
    const before = fault.requests.length;
    await expect(call(one, egress, `${fault.origin}/x`)).rejects.toThrow("over https alone");
    expect(fault.requests).toHaveLength(before);
  });
});

describe("connections by certificate", () => {
  it("are kept for those used last, and the others end", async () => {
    const closed: string[] = [];
    const agents = createAgentCache(
      ({ certificate }) => ({ certificate, close: async () => void closed.push(certificate) }) as unknown as Agent,
      2,
    );
    const use = (certificate: string): Agent => agents.agentFor({ certificate, key: "k" });
    const first = use("a");
    use("b");
    expect(use("a")).toBe(first);
    use("c");
    expect(closed).toEqual(["b"]);
    expect(use("a")).toBe(first);
    await agents.close();
    expect(closed.toSorted()).toEqual(["a", "b", "c"]);
  });

  it("are others for another key: a certificate alone proves nothing", () => {
    const made: string[] = [];
    const agents = createAgentCache(({ key }) => ({ key: made.push(key) }) as unknown as Agent);
    agents.agentFor({ certificate: "a", key: "one" });
    agents.agentFor({ certificate: "a", key: "other" });
    expect(made).toEqual(["one", "other"]);
  });
});
