import { randomBytes } from "node:crypto";
import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";

/** The id that a request's answer, log lines and problems share. */
export function makeRequestId(): string {
  return makeId("req", randomBytes(idRandomBytes));
}
