import type { Fault, ParsedDocument } from "./document-faults.ts";
import { headerName } from "./document-parts.ts";
import { templatePlaces } from "./document-places.ts";
import { toPointer } from "../text/scan-json.ts";
import { fits } from "./find-schema.ts";

/** RFC 9110 §7.6.1 and its kin: headers of one connection. Whoever sets them can split a request in two. */
const ofConnection = [
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** … and those of requests to the authorization server that say how the parameters are sent, and by whom. */
const ofTokenRequests = ["accept", "content-encoding", "content-type", "dpop"];

/** Headers that are written by Evergrant or by the connection, that are none, or that can't be sent. */
export function headerFaults(document: ParsedDocument): Fault[] {
  const { authorization } = document;
  const named =
    authorization.format === "header"
      ? [{ path: ["authorization", "config", "name"], name: authorization.config.name }]
      : [];
  const written = templatePlaces(document).flatMap(({ kind, path, text }) =>
    kind === "header" ? [{ path: [...path], name: String(path.at(-1)), text }] : [],
  );
  return [
    ...[...written, ...named].flatMap(({ path, name }) => {
      if (!fits(headerName, name.toLowerCase())) return [{ path, message: "expected the name of an HTTP header" }];
      const isOurs = isReserved(document, path, name.toLowerCase());
      return isOurs ? [{ path, message: `${name} is written by Evergrant; remove it` }] : [];
    }),
    ...written.flatMap(({ path, name }, index) => {
      const isSame = (other: string[]): boolean => toPointer(other).toLowerCase() === toPointer(path).toLowerCase();
      const isSecond = written.slice(0, index).some((one) => isSame(one.path.map(String)));
      return isSecond
        ? [{ path, message: `${name} stands here twice, since case counts for nothing; remove one` }]
        : [];
    }),
    ...written.flatMap(({ path, text }) => {
      // RFC 9110 §5.5.
      if (/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(text)) return [];
      return [{ path, message: "expected what a header can carry: one line of Latin characters" }];
    }),
  ];
}

function isReserved({ authorization, credentials }: ParsedDocument, path: readonly unknown[], name: string): boolean {
  if (ofConnection.includes(name)) return true;
  if (path.includes("options")) {
    const method = "auth" in credentials.config ? credentials.config.options.authorizationMethod : null;
    const isBasic = method === "header" || method === "secret_as_username";
    return ofTokenRequests.includes(name) || (name === "authorization" && isBasic);
  }
  // What an account brings stands over it, so it would never be sent. An identity call and a revocation may say otherwise.
  if (path[0] !== "api") return false;
  if (authorization.format === "header") return authorization.config.name === name;
  return name === "authorization" && (authorization.format === "bearer" || authorization.format === "basic");
}
