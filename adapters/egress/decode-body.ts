import { decompress } from "./decompress.ts";

/** More than this is not looked at, bytes. */
const mostBytes = 1_000_000;

/** @returns the text of a body as it was before it was encoded; null: it is encoded otherwise than it says, or too large */
export async function decodeBody(bytes: Uint8Array, encoding: string | undefined): Promise<string | null> {
  try {
    const plain = await decompress(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), encoding, mostBytes);
    return plain.length > mostBytes ? null : plain.toString("utf8");
  } catch {
    return null;
  }
}
