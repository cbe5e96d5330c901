import type { IntegrationCheckView } from "#api/schemas/integration-check";
import type { IntegrationStatusView } from "#api/schemas/integration-details";
import { massFailure } from "./stub-accounts.ts";
import type { StubApi } from "./stub-api.ts";
import { badScript, checkRun, doneRun, goodScript } from "./stub-checks.ts";
import { quietState, type IntegrationState, wholeCatalogue } from "./stub-integrations.ts";

type IntegrationCase = { path: string; arrange?: (stub: StubApi) => void; expected?: RegExp };

const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

export function circuit(facts: Partial<IntegrationStatusView["circuits"][number]> = {}) {
  return {
    endpoint: "https://login.acme.example/oauth/token",
    state: "closed" as const,
    cause: null,
    failures: 0,
    opened_at: null,
    next_probe_at: null,
    probes: 0,
    requests_under_way: 2,
    per_minute: 600,
    concurrency: 10,
    shared_with: [],
    ...facts,
  };
}

export function withState(name: string, state: Partial<IntegrationState>) {
  return (stub: StubApi) => {
    stub.world.integrations = structuredClone(wholeCatalogue);
    stub.world.integrationStates[name] = { ...quietState(), ...state };
  };
}

const rejected = (stub: StubApi) => {
  withState("salesforce", {
    status: {
      circuits: [
        circuit({
          state: "open",
          cause: "client",
          failures: 7,
          opened_at: ago(42),
          next_probe_at: ago(-3),
          probes: 4,
          requests_under_way: 0,
          shared_with: ["hubspot"],
        }),
        circuit({ failures: 2, cause: "provider", per_minute: null, concurrency: null }),
      ],
    },
  })(stub);
  stub.world.massFailures = [massFailure()];
  stub.world.health = stub.world.health.map((row) =>
    row.integration_name === "salesforce"
      ? {
          ...row,
          success_rate: 0.412,
          failures: {
            client_misconfigured: 1204,
            held: 412,
            reauthorize: 103,
            transient: 31,
            rate_limited: 12,
            in_doubt: 3,
          },
        }
      : row,
  );
};

/** A client that signs with its own keys, one of them on its way out. */
const signing = withState("acme-crm", {
  overrides: {},
  client: {
    client_secrets: [],
    jwks_uri: "https://connect.example/oauth/jwks/acme-crm",
    client_keys: [
      { jwk: { kty: "OKP", crv: "Ed25519", kid: "2026-11-27", x: "…" }, created_at: ago(90), accepted_until: null },
      {
        jwk: { kty: "OKP", crv: "Ed25519", kid: "2026-02-01", x: "…" },
        created_at: ago(400_000),
        accepted_until: ago(-9000),
      },
    ],
  },
  method: "private_key_jwt",
});

const certified = withState("acme-crm", {
  client: {
    client_secrets: [],
    client_certificate: {
      subject: "CN=evergrant, O=Example",
      sha256: "3f:9a:77:c0:12:aa:04:5b",
      not_after: ago(-200_000),
    },
  },
  method: "mtls",
});

const overridden = withState("acme-crm", {
  overrides: {
    credentials: {
      config: {
        scope: ["api", "contacts.read"],
        refresh: { bufferSeconds: 120 },
        params: { authorize: { prompt: "consent" } },
      },
    },
  },
});

const garbled = (stub: StubApi) => {
  stub.world.integrations = [
    ...structuredClone(wholeCatalogue),
    {
      name: "garbled",
      label: "garbled",
      format: null,
      origin: "environment",
      problem:
        "its definition can't be read by this version (/credentials/config/auth is needed: where the authorization server is; /future is no field here); put a valid one (PUT /api/v1/integrations/garbled), or delete it",
    },
  ];
};

const as = (role: StubApi["role"], arrange: (stub: StubApi) => void) => (stub: StubApi) => {
  arrange(stub);
  stub.role = role;
};
const whole = (stub: StubApi) => {
  stub.world.integrations = structuredClone(wholeCatalogue);
};
const checked =
  (...runs: IntegrationCheckView[]) =>
  (stub: StubApi) => {
    whole(stub);
    stub.world.checks.runs = structuredClone(runs);
  };
const broken = (stub: StubApi) => {
  stub.failWith = 503;
};

/** The states of the pages about one integration. */
export const integrationCases: Readonly<Record<string, IntegrationCase>> = {
  well: { path: "/integrations/acme-crm", arrange: withState("acme-crm", { status: { circuits: [circuit()] } }) },
  overlapping: { path: "/integrations/hubspot", arrange: whole },
  rejected: { path: "/integrations/salesforce", arrange: rejected },
  "rejected-support": { path: "/integrations/salesforce", arrange: as("support", rejected) },
  "without-client": { path: "/integrations/asana", arrange: whole },
  "without-client-auditor": { path: "/integrations/asana", arrange: as("auditor", whole) },
  typed: { path: "/integrations/acme-keys", arrange: whole },
  "long-name": { path: "/integrations/very-long", arrange: whole },
  signing: { path: "/integrations/acme-crm", arrange: signing },
  certified: { path: "/integrations/acme-crm", arrange: certified },
  garbled: { path: "/integrations/garbled", arrange: garbled, expected: /502/ },
  unread: {
    path: "/integrations/acme-crm",
    arrange: (stub) => {
      whole(stub);
      stub.failOn = "/api/v1/stats/health";
    },
    expected: /503/,
  },
  broken: { path: "/integrations/acme-crm", arrange: broken, expected: /503/ },
  unknown: { path: "/integrations/nobody", arrange: whole, expected: /404/ },
  values: { path: "/integrations/acme-crm/values", arrange: overridden },
  "values-changed": { path: "/integrations/acme-crm/values?show=overridden", arrange: overridden },
  "values-none-changed": { path: "/integrations/acme-crm/values?show=overridden", arrange: whole },
  "values-found": { path: "/integrations/acme-crm/values?q=buffer", arrange: overridden },
  "values-not-found": { path: "/integrations/acme-crm/values?q=nothing+here", arrange: overridden },
  "values-support": { path: "/integrations/acme-crm/values?show=overridable", arrange: as("support", overridden) },
  check: { path: "/integrations/acme-crm/check", arrange: whole },
  "check-done": { path: "/integrations/acme-crm/check", arrange: checked(doneRun(badScript()), doneRun(goodScript())) },
  "check-well": {
    path: "/integrations/acme-crm/check",
    arrange: checked(
      doneRun(goodScript(), {
        left_aside: ["its budget (concurrency, perMinute): a trial has one account, and waits in no line"],
      }),
    ),
  },
  "check-failed": {
    path: "/integrations/acme-crm/check",
    arrange: checked(checkRun({ state: "failed", detail: "The worker that ran it is gone. Start it again." })),
  },
  "check-not-offered": {
    path: "/integrations/acme-crm/check",
    arrange: (stub) => {
      whole(stub);
      stub.world.checks.how =
        "Checks need the lab, which a clone of the repository with its development dependencies has (npm run demo has it too). Set EVERGRANT_LAB_CHECKS=on for api and worker there, or check on the command line: evergrant integrations check.";
    },
  },
  "check-support": { path: "/integrations/acme-crm/check", arrange: as("support", checked(doneRun(goodScript()))) },
  mapping: { path: "/integrations/hubspot/mapping", arrange: whole },
  "mapping-none": { path: "/integrations/acme-crm/mapping?model=ticketing/tickets", arrange: whole },
  "mapping-support": { path: "/integrations/hubspot/mapping?model=crm/deals", arrange: as("support", whole) },
  "mapping-none-support": { path: "/integrations/acme-crm/mapping", arrange: as("support", whole) },
  "mapping-broken": { path: "/integrations/acme-crm/mapping", arrange: broken, expected: /503/ },
  "mapping-garbled": { path: "/integrations/garbled/mapping", arrange: garbled, expected: /502/ },
  "values-garbled": { path: "/integrations/garbled/values", arrange: garbled, expected: /502/ },
};
