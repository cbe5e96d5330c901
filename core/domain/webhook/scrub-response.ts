/** Of a receiver's answer so much is kept. */
export const extractBytes = 1_024;

/**
 * The beginning of a receiver's answer, for the delivery log. A receiver that sends back what it got would have us store the link
 * that an event carries (R2): link tokens go, also one that the end cut short.
 *
 * @returns null: there was none
 */
export function extractOf(bytes: Uint8Array): string | null {
  if (bytes.length === 0) return null;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, extractBytes)).toString("utf8");
  return text.replaceAll("\0", "\u{fffd}").replaceAll(/lt_[\w-]*/g, "lt_…");
}
