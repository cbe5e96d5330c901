import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { makeCertificate } from "#test/make-certificate";
import { decodeClientCertificate, encodeClientCertificate, readClientCertificate } from "./client-certificate.ts";

const now = new Date("2026-11-20T10:00:00Z");
const day = 86_400_000;
const span = { notBefore: new Date(now.getTime() - day), notAfter: new Date(now.getTime() + day) };
const made = makeCertificate({ commonName: "client of acme", ...span });

describe("a client certificate", () => {
  it("is taken with its key, and shown by its name, its fingerprint and its end", () => {
    const der = new X509Certificate(made.certificate).raw;
    expect(readClientCertificate(made, now)).toEqual({
      kind: "certificate",
      certificate: made,
      shown: {
        subject: "CN=client of acme",
        sha256: createHash("sha256").update(der).digest("hex"),
        notAfter: span.notAfter,
      },
    });
  });

  it.each([
    ["with line breaks that became \\n", (pem: string) => pem.replaceAll("\n", "\\n")],
    ["with white space around it", (pem: string) => `\n ${pem}\n`],
  ])("may come %s", (_name, change) => {
    const read = readClientCertificate({ certificate: change(made.certificate), key: change(made.key) }, now);
    expect(read).toMatchObject({ kind: "certificate", certificate: made });
  });

  it("may bring those that lead to its root", () => {
    const chain = made.certificate + makeCertificate({ commonName: "root", ...span }).certificate;
    expect(readClientCertificate({ certificate: chain, key: made.key }, now)).toMatchObject({
      kind: "certificate",
      certificate: { certificate: chain },
      shown: { subject: "CN=client of acme" },
    });
  });

  const other = makeCertificate({ commonName: "other", ...span });
  const locked = createPrivateKey(made.key).export({
    type: "pkcs8",
    format: "pem",
    cipher: "aes-256-cbc",
    passphrase: "x",
  });
  const ended = makeCertificate({ commonName: "x", ...span, notAfter: now });
  const early = makeCertificate({ commonName: "x", ...span, notBefore: new Date(now.getTime() + 1000) });
  it.each([
    ["no certificate", { ...made, certificate: made.key }, "certificate", "expected a certificate in PEM"],
    ["no key", { ...made, key: made.certificate }, "key", "expected the private key"],
    ["a key with a passphrase", { ...made, key: locked.toString() }, "key", "without a passphrase"],
    ["another certificate's key", { ...made, key: other.key }, "key", "is the key of another certificate"],
    ["an end that has passed", ended, "certificate", "ended on 2026-11-20"],
    ["a beginning that lies ahead", early, "certificate", "begins only on 2026-11-20"],
  ])("is refused for %s, and nothing of it is repeated", (_name, given, where, detail) => {
    const read = readClientCertificate(given, now);
    expect(read).toMatchObject({ kind: "fault", in: where, detail: expect.stringContaining(detail) });
    expect(JSON.stringify(read)).not.toMatch(/MI[A-Z]/);
  });

  it("comes back from its text as it was", () => {
    expect(decodeClientCertificate(encodeClientCertificate(made))).toEqual(made);
  });
});
