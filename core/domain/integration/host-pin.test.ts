import { describe, expect, it } from "vitest";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { documentStructureSchema, type IntegrationDocument } from "./integration-document.ts";
import {
  coveredOptions,
  hostChange,
  hostPinOf,
  isCovered,
  judgeDefinition,
  type AtStake,
  type HostPin,
} from "./host-pin.ts";

const at = (tokenHost: string, changes: object = {}): IntegrationDocument =>
  exampleDocument({ config: { auth: { tokenHost } }, ...changes });
const old = at("https://old.example");
const moved = at("https://new.example");
const keyed = documentStructureSchema.parse({
  name: "acme-crm",
  api: { baseUrl: "https://old.example" },
  credentials: { format: "api_key" },
});
const none: AtStake = { liveAccounts: 0, leftOut: 0, hasSecrets: false };
const some: AtStake = { liveAccounts: 3, leftOut: 3, hasSecrets: false };

/** One whose host is formed by a choice. */
const choosing = (values: readonly string[], tokenHost = "https://{region}.acme.example", name = "region") =>
  at(tokenHost, { inputs: [{ name, label: "Region", options: values.map((value) => ({ value, label: value })) }] });
const two = choosing(["eu", "us"]);

describe("a definition that takes the place of another", () => {
  it.each<[why: string, pinned: HostPin | "unreadable" | null, next: IntegrationDocument, AtStake, expected: unknown]>([
    ["is new", null, old, none, { kind: "stays" }],
    ["follows one that can't be read", "unreadable", old, none, { kind: "moved" }],
    [
      "follows one that can't be read, with live accounts",
      "unreadable",
      old,
      some,
      { kind: "refused", cause: "unreadable" },
    ],
    ["has the same hosts", hostPinOf(old), old, none, { kind: "stays" }],
    ["has the same hosts, with live accounts", hostPinOf(old), old, some, { kind: "stays" }],
    ["has other hosts and no live accounts", hostPinOf(old), moved, none, { kind: "moved" }],
    ["has other hosts and live accounts", hostPinOf(old), moved, some, { kind: "refused", cause: "hosts" }],
    [
      "has another format and no live accounts",
      { ...hostPinOf(keyed), format: "basic" },
      keyed,
      none,
      { kind: "stays" },
    ],
    [
      "has another format and live accounts",
      { ...hostPinOf(keyed), format: "basic" },
      keyed,
      some,
      { kind: "refused", cause: "format" },
    ],
    ["has another format and hosts, no live accounts", hostPinOf(old), keyed, none, { kind: "moved" }],
    [
      "has another format and hosts, with live accounts",
      hostPinOf(old),
      keyed,
      some,
      { kind: "refused", cause: "format" },
    ],
    [
      "adds a choice, which no live account has made",
      hostPinOf(two),
      choosing(["eu", "us", "ca"]),
      { ...some, leftOut: 0 },
      { kind: "stays" },
    ],
    [
      "adds a choice, to which a client's secret could be led then",
      hostPinOf(two),
      choosing(["eu", "us", "ca"]),
      { ...some, leftOut: 0, hasSecrets: true },
      { kind: "refused", cause: "secrets" },
    ],
    [
      "adds a choice, with a client's secret and no live accounts",
      hostPinOf(two),
      choosing(["eu", "us", "ca"]),
      { ...none, hasSecrets: true },
      { kind: "moved" },
    ],
    [
      "takes a choice away that no live account has made",
      hostPinOf(two),
      choosing(["eu"]),
      { ...some, leftOut: 0, hasSecrets: true },
      { kind: "stays" },
    ],
    [
      "takes a choice away that a live account has made",
      hostPinOf(two),
      choosing(["eu"]),
      { ...some, leftOut: 1 },
      { kind: "refused", cause: "hosts" },
    ],
  ])("that %s", (_, pinned, next, atStake, expected) => {
    expect(judgeDefinition(pinned, next, atStake)).toEqual(expected);
  });
});

describe("a change of the choices that form a host", () => {
  const region = (chosen: string) => ({ region: chosen });

  it("is none for whoever chose what both have, be it in another order", () => {
    for (const next of [choosing(["us", "eu"]), choosing(["ca", "eu", "us"]), choosing(["eu"])]) {
      expect(isCovered(hostPinOf(two), next, region("eu"))).toBe(true);
    }
  });

  it("is one for whoever chose what is gone, what was added, or what leads elsewhere by now", () => {
    expect(isCovered(hostPinOf(two), choosing(["eu"]), region("us"))).toBe(false);
    expect(isCovered(hostPinOf(two), choosing(["eu", "us", "ca"]), region("ca"))).toBe(false);
    expect(isCovered(hostPinOf(two), choosing(["eu", "us"], "https://{region}.evil.example"), region("eu"))).toBe(
      false,
    );
    const whole = choosing(["https://eu.acme.example", "https://us.acme.example"], "{region}");
    const turned = choosing(["https://eu.evil.example", "https://us.acme.example"], "{region}");
    expect(isCovered(hostPinOf(whole), turned, region("https://eu.acme.example"))).toBe(false);
    expect(isCovered(hostPinOf(whole), turned, region("https://us.acme.example"))).toBe(true);
  });

  it("is one for whoever chose nothing, and whatever else changes with it", () => {
    expect(isCovered(hostPinOf(two), choosing(["eu", "us", "ca"]), {})).toBe(false);
    const renamed = choosing(["eu", "us"], "https://{place}.acme.example", "place");
    expect(hostChange(hostPinOf(two), renamed)).toEqual({ kind: "hosts" });
    expect(hostChange({ ...hostPinOf(two), format: "oauth2_client_credentials" }, choosing(["eu"]))).toEqual({
      kind: "hosts",
    });
  });

  it("does not take the pattern of a captured field for choices", () => {
    const field = (pattern: string) =>
      exampleDocument({
        config: {
          auth: { tokenHost: "https://login.acme.example", refreshHost: "https://{region}.acme.example" },
          fields: [{ name: "region", from: "callback", value: "region", pattern }],
        },
      });
    expect(hostChange(hostPinOf(field("eu|us")), field("eu|us|evil"))).toEqual({ kind: "hosts" });
  });

  it("lets nobody choose what is not approved", () => {
    const next = choosing(["ca", "eu", "us"]);
    const [input] = next.inputs;
    if (input === undefined) throw new Error("no input");
    expect(coveredOptions(hostPinOf(two), next, input)?.map((one) => one.value)).toEqual(["eu", "us"]);
    expect(coveredOptions(hostPinOf(next), next, input)).toHaveLength(3);
    expect(coveredOptions(null, next, input)).toHaveLength(3);
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
