import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

export interface MadeCertificate {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
}

/** A self-signed certificate with a fresh P-256 key, so that none has to lie in the repository. Valid for a day by default. */
export function makeCertificate(options: {
  readonly commonName: string;
  /** As a server's: an IPv4 address that it is reached at. */
  readonly address?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}): MadeCertificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(oid("2a8648ce3d040302")); // ecdsa-with-SHA256
  const name = sequence(tlv(0x31, sequence(oid("550403"), tlv(0x0c, Buffer.from(options.commonName)))));
  const { notBefore = new Date(Date.now() - 60_000), notAfter = new Date(Date.now() + 86_400_000) } = options;
  const extensions = [
    // basicConstraints CA: a self-signed certificate is its own root.
    sequence(oid("551d13"), tlv(0x04, sequence(tlv(0x01, Buffer.from([0xff]))))),
    ...(options.address === undefined
      ? []
      : [sequence(oid("551d11"), tlv(0x04, sequence(tlv(0x87, Buffer.from(options.address.split(".").map(Number))))))]),
  ];
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))), // v3
    tlv(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(8)])),
    algorithm,
    name,
    sequence(time(notBefore), time(notAfter)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    tlv(0xa3, sequence(...extensions)),
  );
  const signature = sign("sha256", body, privateKey);
  const der = sequence(body, algorithm, tlv(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = der.toString("base64").replaceAll(/.{64}/g, "$&\n");
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** Tag, length, value (X.690 §8.1). */
function tlv(tag: number, value: Uint8Array): Buffer {
  const length = value.length;
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...(length < 0x80 ? [length] : long)]), value]);
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

function oid(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, "hex"));
}

/** GeneralizedTime. */
function time(at: Date): Buffer {
  return tlv(0x18, Buffer.from(at.toISOString().replaceAll(/[-:T]|\.\d+/g, "")));
}
