import { describe, expect, it } from "vitest";
import {
  headerRecord,
  headersForCaller,
  headersForProvider,
  withHeaders,
  type HeaderFields,
} from "./forwarded-headers.ts";

const names = (fields: HeaderFields): string[] => fields.map(([name]) => name);

describe("of a caller's header (D11)", () => {
  it.each([
    "Authorization",
    "COOKIE",
    "Host",
    "Proxy-Authorization",
    "Proxy-Connection",
    "Connection",
    "Keep-Alive",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "HTTP2-Settings",
    "Expect",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Anything",
    "Forwarded",
    "X-Real-IP",
    "X-Original-URL",
    "X-Rewrite-Url",
    "X-Original-Host",
    "X-Host",
    "X-HTTP-Host-Override",
    "Transfer_Encoding",
    "content_length",
    "X_Forwarded-Host",
    "X_Original_URL",
    "X-Evergrant-Link",
    "Evergrant-Paginate",
  ])("%s does not go on", (name) => {
    expect(headersForProvider([[name, "x"]])).toEqual([]);
  });

  it("what Connection names does not go on either", () => {
    const fields: HeaderFields = [
      ["Connection", "close, X-Hop"],
      ["connection", "X-Other"],
      ["x-hop", "1"],
      ["X-Other", "1"],
      ["X-Kept", "1"],
    ];
    expect(names(headersForProvider(fields))).toEqual(["X-Kept"]);
  });

  it.each([
    "Idempotency-Key",
    "Accept-Encoding",
    "Range",
    "If-None-Match",
    "Content-Type",
    "Content-Encoding",
    "User-Agent",
    "X-Api-Version",
    "X_Api_Version",
    "traceparent",
  ])("%s goes on as it is written", (name) => {
    expect(headersForProvider([[name, "x"]])).toEqual([[name, "x"]]);
  });
});

describe("of a provider's header (D11, D13)", () => {
  it.each([
    "Connection",
    "Transfer-Encoding",
    "Keep-Alive",
    "Set-Cookie",
    "Strict-Transport-Security",
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "Alt-Svc",
    "Clear-Site-Data",
    "Content-Security-Policy",
    "Content-Security-Policy-Report-Only",
    "Cross-Origin-Resource-Policy",
    "Proxy-Authenticate",
  ])("%s does not come back", (name) => {
    expect(headersForCaller([[name, "x"]])).toEqual([]);
  });

  it("the rest comes back in its order, twice where it was sent twice", () => {
    const fields: HeaderFields = [
      ["Content-Type", "text/html"],
      ["Content-Encoding", "gzip"],
      ["Content-Length", "3"],
      ["ETag", '"x"'],
      ["Link", "<a>"],
      ["Location", "https://elsewhere.example/"],
      ["link", "<b>"],
      ["WWW-Authenticate", "Bearer"],
      ["Retry-After", "3"],
    ];
    expect(headersForCaller(fields)).toEqual(fields);
  });
});

it("what is laid over replaces every field of its name", () => {
  const fields: HeaderFields = [
    ["X-Api-Key", "mine"],
    ["x-api-key", "mine too"],
    ["Accept", "*/*"],
  ];
  expect(withHeaders(fields, { "x-api-key": "managed" })).toEqual([
    ["Accept", "*/*"],
    ["x-api-key", "managed"],
  ]);
});

it("a record has several of one name in one text, and takes no name for anything else", () => {
  expect({
    ...headerRecord([
      ["Link", "<a>"],
      ["link", "<b>"],
      ["__proto__", "x"],
    ]),
  }).toEqual(expect.objectContaining({ link: "<a>, <b>" }));
});
