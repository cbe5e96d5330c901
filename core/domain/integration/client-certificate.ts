import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";

/** What a client shows in the TLS handshake (RFC 8705), in PEM. */
export interface ClientCertificate {
  /** The certificate, and behind it those that lead to its root, where the provider needs them. */
  readonly certificate: string;
  readonly key: string;
}

/** What of it everybody may see. */
export interface ShownCertificate {
  readonly subject: string;
  /** SHA-256 of the certificate, hexadecimal. */
  readonly sha256: string;
  readonly notAfter: Date;
}

export type ReadCertificate =
  | { readonly kind: "certificate"; readonly certificate: ClientCertificate; readonly shown: ShownCertificate }
  | { readonly kind: "fault"; readonly in: keyof ClientCertificate; readonly detail: string };

/** Whether the two belong together and can be used, found out when they are set and not when somebody's token is due. */
export function readClientCertificate(given: ClientCertificate, now: Date): ReadCertificate {
  const pem = { certificate: normalized(given.certificate), key: normalized(given.key) };
  const certificate = parse(() => new X509Certificate(pem.certificate));
  if (certificate === null) return fault("certificate", "expected a certificate in PEM");
  const key = parse((): KeyObject => createPrivateKey(pem.key));
  if (key === null) return fault("key", "expected the private key of the certificate in PEM, without a passphrase");
  if (!certificate.checkPrivateKey(key)) return fault("key", "is the key of another certificate");
  const notAfter = new Date(certificate.validTo);
  if (notAfter <= now) return fault("certificate", `ended on ${notAfter.toISOString()}`);
  const notBefore = new Date(certificate.validFrom);
  if (notBefore > now) return fault("certificate", `begins only on ${notBefore.toISOString()}`);
  const sha256 = certificate.fingerprint256.replaceAll(":", "").toLowerCase();
  const subject = certificate.subject.split("\n").join(", ");
  return { kind: "certificate", certificate: pem, shown: { subject, sha256, notAfter } };
}

/** Line breaks may have become `\n` in some JSON on the way. */
function normalized(pem: string): string {
  return `${pem.replaceAll("\\n", "\n").trim()}\n`;
}

function parse<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

function fault(where: keyof ClientCertificate, detail: string): ReadCertificate {
  return { kind: "fault", in: where, detail };
}

/** The text that is sealed. */
export function encodeClientCertificate({ certificate, key }: ClientCertificate): string {
  return JSON.stringify({ certificate, key });
}

/** @throws SyntaxError when the text is not what encodeClientCertificate made; authenticated encryption rules that out. */
export function decodeClientCertificate(text: string): ClientCertificate {
  return JSON.parse(text) as ClientCertificate;
}
