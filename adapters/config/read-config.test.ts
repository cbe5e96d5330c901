import { describe, expect, it } from "vitest";
import {
  ConfigurationError,
  readApiConfig,
  readEngineConfig,
  readWebConfig,
  readWorkerConfig,
  type Environment,
} from "./read-config.ts";

const key = (byte: number): string => Buffer.alloc(32, byte).toString("base64");
const complete: Environment = {
  DATABASE_URL: "postgres://user:hunter2@db:5432/evergrant",
  EVERGRANT_SECRET: key(1),
  EVERGRANT_KEYRING: `k1:${key(2)}`,
};

function problems(env: Environment, read: (env: Environment) => unknown = readApiConfig): readonly string[] {
  try {
    read(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const problem of error.problems) expect(error.message).toContain(problem);
    return error.problems;
  }
}

describe("a configuration", () => {
  it("needs three variables and takes the documented default for the rest", () => {
    expect(readApiConfig(complete)).toMatchObject({
      port: 3000,
      webOrigin: "http://127.0.0.1:3100",
      publicUrl: "http://127.0.0.1:3000",
      egressAllow: [],
      spoolDirectory: ".data/spool",
      earlierAuditKeys: [],
      logLevel: "info",
      metricsToken: null,
      rateLimit: 1000,
      trustedProxies: [],
      approvals: { waitingSeconds: 86_400, openSeconds: 604_800 },
    });
    expect(readWorkerConfig(complete).port).toBe(3200);
  });

  it("names every missing variable at once, each with its remedy", () => {
    expect(problems({})).toEqual([
      expect.stringMatching(/^DATABASE_URL is missing; set it to postgres:/),
      expect.stringMatching(/^EVERGRANT_SECRET is missing; make one with: openssl/),
      expect.stringMatching(/^EVERGRANT_KEYRING is missing; set it to kid:base64key/),
    ]);
  });

  it("takes how long requests for approval wait and stay open, in whole hours and days", () => {
    const times = { EVERGRANT_APPROVAL_WAITING_HOURS: "48", EVERGRANT_APPROVAL_OPEN_DAYS: "3" };
    expect(readEngineConfig({ ...complete, ...times }).approvals).toEqual({
      waitingSeconds: 172_800,
      openSeconds: 259_200,
    });
    // Nobody turns it off by a number.
    expect(problems({ ...complete, EVERGRANT_APPROVAL_WAITING_HOURS: "0" })).toEqual([
      expect.stringMatching(/^EVERGRANT_APPROVAL_WAITING_HOURS must be a whole number from 1/),
    ]);
  });

  it("takes a mail server and a sender, both or none, and repeats neither", () => {
    expect(readWorkerConfig(complete).smtp).toBeNull();
    const mail = {
      EVERGRANT_SMTP_URL: "smtps://me:hunter2@mail:465",
      EVERGRANT_SMTP_FROM: "Evergrant <e@example.com>",
    };
    expect(readApiConfig({ ...complete, ...mail }).smtp).toEqual({
      url: "smtps://me:hunter2@mail:465",
      from: "Evergrant <e@example.com>",
    });
    for (const wrong of [
      { EVERGRANT_SMTP_URL: mail.EVERGRANT_SMTP_URL },
      { EVERGRANT_SMTP_FROM: mail.EVERGRANT_SMTP_FROM },
      { ...mail, EVERGRANT_SMTP_URL: "https://me:hunter2@mail" },
      { ...mail, EVERGRANT_SMTP_FROM: "nobody" },
      { ...mail, EVERGRANT_SMTP_FROM: "a@example.com\r\nBcc: b@example.com" },
    ]) {
      const [problem, ...others] = problems({ ...complete, ...wrong });
      expect(problem).toMatch(/^EVERGRANT_SMTP_(URL|FROM) must be/);
      expect(problem).not.toContain("hunter2");
      expect(others).toEqual([]);
    }
  });

  it("takes the limits of the API, and 0 for none", () => {
    const limited = { ...complete, EVERGRANT_RATE_LIMIT: "5", EVERGRANT_TRUSTED_PROXIES: "127.0.0.1, 10.0.0.0/8" };
    expect(readApiConfig(limited)).toMatchObject({
      rateLimit: 5,
      trustedProxies: [
        { address: "127.0.0.1", prefix: 32 },
        { address: "10.0.0.0", prefix: 8 },
      ],
    });
    expect(readApiConfig({ ...complete, EVERGRANT_RATE_LIMIT: "0" }).rateLimit).toBeNull();
    for (const wrong of ["-1", "1.5", "many"]) {
      expect(problems({ ...complete, EVERGRANT_RATE_LIMIT: wrong })).toEqual([
        expect.stringContaining("EVERGRANT_RATE_LIMIT must be a whole number"),
      ]);
    }
    expect(problems({ ...complete, EVERGRANT_TRUSTED_PROXIES: "proxy.example" })).toHaveLength(1);
  });

  it("bounds no body of the proxy unless it is told to", () => {
    const most = (text: string) => readApiConfig({ ...complete, EVERGRANT_PROXY_BODY_BYTES: text }).proxy.bodyBytes;
    expect([most(""), most("0"), most("1073741824")]).toEqual([null, null, 1_073_741_824]);
    for (const wrong of ["-1", "1.5", "1GB"]) {
      expect(problems({ ...complete, EVERGRANT_PROXY_BODY_BYTES: wrong })).toEqual([
        expect.stringContaining("EVERGRANT_PROXY_BODY_BYTES must be a whole number of bytes"),
      ]);
    }
  });

  it("takes an empty variable for a missing one", () => {
    expect(problems({ DATABASE_URL: " ", EVERGRANT_SECRET: "", EVERGRANT_KEYRING: "" })).toHaveLength(3);
  });

  it.each<[string, Environment, string]>([
    ["a database that is none", { DATABASE_URL: "mysql://x" }, "DATABASE_URL must begin with postgres://"],
    [
      "a short secret",
      { EVERGRANT_SECRET: Buffer.alloc(31).toString("base64") },
      "EVERGRANT_SECRET must be at least 32",
    ],
    ["a secret that is no base64", { EVERGRANT_SECRET: "!".repeat(60) }, "EVERGRANT_SECRET must be at least 32 bytes"],
    ["a broken keyring", { EVERGRANT_KEYRING: "k1" }, "EVERGRANT_KEYRING entry 1 must begin with a key id"],
    [
      "a broken keyring of an environment",
      { EVERGRANT_KEYRING_STAGING: "k1:x" },
      "EVERGRANT_KEYRING_STAGING the key k1",
    ],
    ["a bad range", { EVERGRANT_EGRESS_ALLOW: "10.0.0.0/8,10.0.0.0/40" }, "EVERGRANT_EGRESS_ALLOW holds 10.0.0.0/40"],
    ["a name instead of a range", { EVERGRANT_EGRESS_ALLOW: "localhost" }, "EVERGRANT_EGRESS_ALLOW holds localhost"],
    ["a port that is none", { PORT: "http" }, "PORT must be a port number"],
    ["a port too large", { PORT: "65536" }, "PORT must be a port number"],
    ["an address with a path", { EVERGRANT_URL: "https://x.example/base" }, "EVERGRANT_URL must be an address"],
    ["an address without scheme", { EVERGRANT_URL: "x.example" }, "EVERGRANT_URL must be an address"],
    ["another scheme", { EVERGRANT_URL: "ftp://x.example" }, "EVERGRANT_URL must be an address"],
    ["a level that is none", { LOG_LEVEL: "loud" }, "LOG_LEVEL must be one of debug"],
    ["a KMS that is none", { EVERGRANT_KMS: "cloud" }, "EVERGRANT_KMS must be one of local, aws"],
    [
      "an egress proxy with a path",
      { EVERGRANT_EGRESS_PROXY: "http://user:hunter2@proxy.internal:3128/x" },
      "EVERGRANT_EGRESS_PROXY must be http://host:port, or",
    ],
    [
      "an egress proxy of another kind",
      { EVERGRANT_EGRESS_PROXY: "socks5://proxy.internal" },
      "EVERGRANT_EGRESS_PROXY",
    ],
  ])("is refused for %s", (_name, changes, problem) => {
    expect(problems({ ...complete, ...changes })).toEqual([expect.stringContaining(problem)]);
  });

  it("repeats no secret in what it complains about", () => {
    const text = problems({
      DATABASE_URL: "mysql://user:hunter2@db/x",
      EVERGRANT_SECRET: "short-secret-value",
      EVERGRANT_KEYRING: `k1:${key(2)},k1:${key(3)}`,
      EVERGRANT_EGRESS_PROXY: "http://user:hunter3@proxy.internal:3128/x",
    }).join("\n");
    for (const secret of ["hunter2", "hunter3", "short-secret-value", key(2), key(3)])
      expect(text).not.toContain(secret);
  });
});

describe("keyrings", () => {
  it("seal with the first key, and environments may have one of their own (R41)", () => {
    const { kms } = readEngineConfig({
      ...complete,
      EVERGRANT_KEYRING: `k2:${key(3)},k1:${key(2)}`,
      EVERGRANT_KEYRING_STAGING: `s1:${key(4)}`,
      EVERGRANT_KEYRING_EU_WEST: `e1:${key(5)}`,
      EVERGRANT_KEYRING_EMPTY: " ",
    });
    if (kms.kind !== "local") throw new Error("the keyring is the default");
    const { keyrings } = kms;
    expect(keyrings.shared.map((one) => one.id)).toEqual(["k2", "k1"]);
    const own = [...keyrings.perEnvironment].map(([name, keyring]) => [name, keyring[0].id]);
    expect(own).toEqual([
      ["staging", "s1"],
      ["eu-west", "e1"],
    ]);
  });
});

it("reads ranges, with and without prefix", () => {
  const { egressAllow } = readEngineConfig({
    ...complete,
    EVERGRANT_EGRESS_ALLOW: "127.0.0.1, 10.1.0.0/16 ,,fd00::/8",
  });
  expect(egressAllow.map(({ address, prefix }) => `${address}/${prefix}`)).toEqual([
    "127.0.0.1/32",
    "10.1.0.0/16",
    "fd00::/8",
  ]);
});

it("takes the trailing slash off an address", () => {
  expect(readEngineConfig({ ...complete, EVERGRANT_URL: "https://Connect.Example.com/" }).publicUrl).toBe(
    "https://connect.example.com",
  );
});

it("gives web neither key nor secret nor database, whatever its environment holds", () => {
  const config = readWebConfig({ ...complete, WEB_PORT: "4100" });
  expect(config).toEqual({
    port: 4100,
    apiOrigin: "http://127.0.0.1:3000",
    publicUrl: "http://127.0.0.1:3000",
    logLevel: "info",
  });
  expect(problems({}, readWebConfig)).toEqual([]);
});
