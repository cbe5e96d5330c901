/** Header fields in their order, names as they were written; several of one name stay several. */
export type HeaderFields = readonly (readonly [name: string, value: string])[];

/** Of one connection alone (RFC 9110 §7.6.1), whichever way they travel. */
const hopByHop = [
  "connection",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
  "proxy-connection",
];

const notForProviders = new Set([
  ...hopByHop,
  "authorization",
  "cookie",
  "cookie2",
  "host",
  "expect",
  "forwarded",
  "x-real-ip",
  // Frameworks take these for the path or the host that was meant, whatever stands in the first line.
  "x-original-url",
  "x-original-uri",
  "x-rewrite-url",
  "x-original-host",
  "x-host",
  "x-http-host-override",
  // The length is the body's, which is sent as it comes.
  "content-length",
]);

const notForCallers = new Set([
  ...hopByHop,
  "set-cookie",
  "set-cookie2",
  // What a provider says to browsers about its own host would be said about ours.
  "strict-transport-security",
  "public-key-pins",
  "public-key-pins-report-only",
  "expect-ct",
  "alt-svc",
  "clear-site-data",
  "service-worker-allowed",
  "report-to",
  "reporting-endpoints",
  "nel",
  "timing-allow-origin",
  "content-security-policy",
  "content-security-policy-report-only",
  "x-content-type-options",
  "x-frame-options",
  "referrer-policy",
  "permissions-policy",
]);

const families = {
  request: ["proxy-", "x-forwarded-", "x-evergrant-", "evergrant-"],
  response: ["proxy-", "access-control-", "cross-origin-", "x-evergrant-", "evergrant-"],
} as const;

/** What of a caller's header goes on to the provider (checklist D11). Idempotency-Key, Range, Accept-Encoding and their like do. */
export function headersForProvider(fields: HeaderFields): HeaderFields {
  return without(fields, notForProviders, families.request);
}

/** What of a provider's header comes back: all but what is about the connection, its cookies, and its own host. */
export function headersForCaller(fields: HeaderFields): HeaderFields {
  return without(fields, notForCallers, families.response);
}

function without(fields: HeaderFields, names: ReadonlySet<string>, prefixes: readonly string[]): HeaderFields {
  const named = namedByConnection(fields);
  return fields.filter(([written]) => {
    // To a server that hands headers on as variables (RFC 3875 §4.1.18), `Content_Length` is Content-Length.
    const name = written.toLowerCase().replaceAll("_", "-");
    return !names.has(name) && !named.has(name) && !prefixes.some((prefix) => name.startsWith(prefix));
  });
}

/** "The Connection header field … lists the control information for the current connection" (RFC 9110 §7.6.1). */
function namedByConnection(fields: HeaderFields): ReadonlySet<string> {
  const lists = fields.filter(([name]) => name.toLowerCase() === "connection").map(([, value]) => value);
  return new Set(
    lists.flatMap((list) => list.split(",")).map((name) => name.trim().toLowerCase().replaceAll("_", "-")),
  );
}

/** Laid over what is there: a name that comes later replaces every field of that name. */
export function withHeaders(fields: HeaderFields, over: Readonly<Record<string, string>>): HeaderFields {
  const names = new Set(Object.keys(over).map((name) => name.toLowerCase()));
  if (names.size === 0) return fields;
  return [...fields.filter(([name]) => !names.has(name.toLowerCase())), ...Object.entries(over)];
}

/** By lower-case name, several of one name in one text (RFC 9110 §5.3). */
export function headerRecord(fields: HeaderFields): Record<string, string> {
  const record: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [written, value] of fields) {
    const name = written.toLowerCase();
    record[name] = record[name] === undefined ? value : `${record[name]}, ${value}`;
  }
  return record;
}
