import { describe, expect, it } from "vitest";
import { oauthConfigOf } from "#core/domain/integration/integration-document";
import { readCatalogueEntries } from "#test/catalogue/sample-answers";
import { directExpressions } from "#test/fakes/direct-expressions";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { createRecordingLog } from "#test/fakes/recording-log";
import { describeTokenSubject } from "./describe-token-subject.ts";
import { noSamples, readSamples } from "./read-samples.ts";

const ports = { expressions: directExpressions, log: createRecordingLog() };

describe("the catalogue's documents", () => {
  const entries = readCatalogueEntries().filter((one) => oauthConfigOf(one.document) !== null);

  it.each(entries.map((one) => [one.name, one.document] as const))(
    "%s is answered so that it reads its tokens, its fields and whose they are",
    async (name, document) => {
      const file = new URL(`../../integrations/${name}.json`, import.meta.url).pathname;
      const subject = await describeTokenSubject(ports, document, await readSamples(file, name));
      expect(subject.refreshShape).not.toBeNull();
      expect(subject.codeShape).not.toBeNull();
      const config = oauthConfigOf(document);
      expect(Object.keys(subject.fields)).toEqual(config?.fields.map((one) => one.name));
      expect(subject.unbrought).toEqual([]);
      if (config?.identity !== undefined) expect(subject.externalId).not.toBeNull();
    },
  );
});

describe("a document without samples", () => {
  const subjectOf = (config: Record<string, unknown>) =>
    describeTokenSubject(ports, exampleDocument({ config }), noSamples);

  it("is answered by the inverse of its own expressions", async () => {
    const subject = await subjectOf({
      tokenResponse: '{"access_token": data.token, "refresh_token": data.renew, "expires_in": data.ttl / 1000}',
      fields: [
        { name: "shop", from: "token", value: "data.shop.id", pattern: "shop_[0-9]{3}" },
        { name: "region", from: "callback", value: "`the-region`", pattern: "eu|us" },
        { name: "site", from: "identity", value: "site.id" },
      ],
      identity: { host: "https://api.acme.example", path: "/me", id: "user.id" },
    });
    const answer = { accessToken: "A", refreshToken: "R", expiresIn: 60, scopes: undefined };
    expect(subject.codeShape?.write(answer)).toMatchObject({
      data: { token: "A", renew: "R", ttl: 60_000, shop: { id: "shop_111" } },
    });
    expect(subject.callback).toEqual({ "the-region": "eu" });
    expect(subject.identityBody).toEqual({ user: { id: "id-1" }, site: { id: subject.fields["site"] } });
    expect(subject.externalId).toBe("id-1");
  });

  it("names the fields that nothing could be made up for", async () => {
    const fields = [
      { name: "odd", from: "callback", value: "$uppercase(odd)" },
      { name: "spelt", value: "spelt", pattern: "(?<a>z)\\k<a>" },
      { name: "spare", from: "callback", value: "$uppercase(spare)", required: false },
    ];
    expect((await subjectOf({ fields })).unbrought).toEqual(["odd", "spelt"]);
  });

  it("lives as long as it says, but where a number in milliseconds would read as an instant", async () => {
    expect((await subjectOf({ tokenExpiryDuration: 7200 })).lifeSeconds).toBe(7200);
    expect((await subjectOf({ tokenExpiryDuration: 2_000_000 })).lifeSeconds).toBe(604_800);
    expect((await subjectOf({})).lifeSeconds).toBe(3600);
  });

  it("gets an ID token where it can be compared with an issuer, with what its expressions look up", async () => {
    const asked = {
      auth: { tokenHost: "https://login.acme.example", issuer: "https://login.acme.example" },
      scope: ["openid"],
      identity: { id: "id_token_claims.org" },
    };
    expect(await subjectOf(asked)).toMatchObject({ claims: { org: "org-1" }, externalId: "org-1" });
    expect((await subjectOf({ ...asked, scope: [] })).claims).toBeNull();
  });
});
