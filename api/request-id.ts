import { randomBytes } from "node:crypto";
import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";

// A call for random bytes costs more than making an id of them, and every request has one.
const idsPerCall = 64;
let random = new Uint8Array();

/** The id that a request's answer, log lines and problems share. */
export function makeRequestId(): string {
  if (random.length < idRandomBytes) random = randomBytes(idRandomBytes * idsPerCall);
  const own = random.subarray(0, idRandomBytes);
  random = random.subarray(idRandomBytes);
  return makeId("req", own);
}
