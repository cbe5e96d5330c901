import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";

const decoders = new Map([
  ["gzip", promisify(gunzip)],
  ["x-gzip", promisify(gunzip)],
  ["deflate", promisify(inflate)],
  ["br", promisify(brotliDecompress)],
]);

/** Bounded like what comes in: a few kilobytes can become gigabytes. Rejects beyond it, and for what is not encoded as it says. */
export async function decompress(
  bytes: Buffer,
  encoding: string | string[] | undefined,
  mostBytes: number,
): Promise<Buffer> {
  if (encoding === undefined || bytes.length === 0) return bytes;
  const decode = decoders.get(String(encoding).trim().toLowerCase());
  return decode === undefined ? bytes : await decode(bytes, { maxOutputLength: mostBytes });
}
