import { describe, expect, it } from "vitest";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { resolveIntegration } from "../domain/integration/resolve-integration.ts";
import { circuitOf, withOwnClient } from "./circuit-of.ts";

const auth = {
  tokenHost: "https://login.acme.example",
  tokenPath: "/token",
  refreshPath: "/refresh",
  authorizePath: "/authorize",
};
const layer = { clientId: "shared" };
const resolved = (format?: string) =>
  resolveIntegration(exampleDocument({ config: { auth }, ...(format === undefined ? {} : { format }) }), layer, {});

describe("the circuit of an attempt (R22)", () => {
  it("is the one of the endpoint that is really asked", () => {
    expect(circuitOf("env", resolved())).toMatchObject({
      environmentId: "env",
      integrationName: "acme-crm",
      endpoint: "https://login.acme.example/refresh",
    });
    expect(circuitOf("env", resolved("oauth2_client_credentials")).endpoint).toBe("https://login.acme.example/token");
  });

  it("is another one for another client and another environment", () => {
    const own = withOwnClient(resolved(), "own");
    const keys = [circuitOf("env", resolved()), circuitOf("env", own), circuitOf("other", own)].map((one) => one.key);
    expect(new Set(keys).size).toBe(3);
  });

  it("is the environment's client's where the account brought none", () => {
    expect(circuitOf("env", withOwnClient(resolved(), null))).toEqual(circuitOf("env", resolved()));
  });
});
