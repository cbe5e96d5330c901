import { describe, expect, it } from "vitest";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { hostPinOf, judgeDefinition, type HostPin } from "./host-pin.ts";

const pin = (format: HostPin["format"], hosts: string): HostPin => ({ format, hosts });
const old = pin("oauth2", "tokens https://old.example");

describe("a definition that takes the place of another", () => {
  it.each<[why: string, pinned: HostPin | "unreadable" | null, next: HostPin, live: number, expected: unknown]>([
    ["is new", null, old, 0, { kind: "stays" }],
    ["follows one that can't be read", "unreadable", old, 0, { kind: "moved" }],
    [
      "follows one that can't be read, with live accounts",
      "unreadable",
      old,
      1,
      { kind: "refused", cause: "unreadable" },
    ],
    ["has the same hosts", old, old, 0, { kind: "stays" }],
    ["has the same hosts, with live accounts", old, old, 3, { kind: "stays" }],
    ["has other hosts and no live accounts", old, pin("oauth2", "tokens https://new.example"), 0, { kind: "moved" }],
    [
      "has other hosts and live accounts",
      old,
      pin("oauth2", "tokens https://new.example"),
      1,
      { kind: "refused", cause: "hosts" },
    ],
    ["has another format and no live accounts", old, pin("basic", old.hosts), 0, { kind: "stays" }],
    ["has another format and live accounts", old, pin("basic", old.hosts), 1, { kind: "refused", cause: "format" }],
    ["has another format and hosts, no live accounts", old, pin("basic", ""), 0, { kind: "moved" }],
    [
      "has another format and hosts, with live accounts",
      old,
      pin("basic", ""),
      1,
      { kind: "refused", cause: "format" },
    ],
  ])("that %s", (_, pinned, next, live, expected) => {
    expect(judgeDefinition(pinned, next, live)).toEqual(expected);
  });
});

it("words a pin as it was stored before: another wording would stop every integration", () => {
  const inputs = [{ name: "region", label: "Region", options: [{ value: "eu", label: "Europe" }] }];
  const auth = { tokenHost: "https://{region}.Acme.example", revokeHost: "https://end.acme.example" };
  const api = { baseUrl: "https://api.acme.example/v2" };
  expect(hostPinOf(exampleDocument({ inputs, api, config: { auth } }))).toEqual({
    format: "oauth2",
    hosts:
      "tokens https://{region}.acme.example, authorization https://{region}.acme.example, revocation https://end.acme.example, API https://api.acme.example, region eu",
  });
});
