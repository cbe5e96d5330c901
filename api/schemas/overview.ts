import { z } from "@hono/zod-openapi";
import { accountSchema } from "./account.ts";
import { instantSchema, integrationNameSchema, nullableInstantSchema } from "./primitives.ts";

const count = (description: string, example: number) => z.number().int().min(0).openapi({ description, example });
const share = (description: string, example: number | null) =>
  z.number().min(0).max(1).nullable().openapi({ description, example });
const milliseconds = (description: string, example: number | null) =>
  z.number().nullable().openapi({ description, example });

const statesSchema = z
  .object({
    connecting: count("Waiting for the customer.", 2),
    active: count("With a grant, held ones among them.", 12408),
    needs_reauth: count("Whose grant is dead.", 41),
    disconnected: count("Ended.", 120),
    held: count("Of the active ones: held by the mass-disconnect guard.", 0),
  })
  .openapi("AccountStates", { description: "Accounts by status." });

const delaySchema = z
  .object({
    p50: milliseconds("Half are faster, ms; null: there was none.", 180),
    p95: milliseconds("19 of 20 are faster, ms; null: there was none.", 420),
  })
  .openapi("Delay", { description: "How long something took, in milliseconds." });

const failureSchema = z
  .object({
    outcome: z.string().openapi({ description: "The outcome of the attempts.", example: "transient" }),
    rule: z.string().nullable().openapi({
      description: "The rule that decided; null: nothing had to be decided.",
      example: "http.5xx",
    }),
    meaning: z.string().nullable().openapi({
      description: "What it means, for people; null: the rule is none any more.",
      example: "The provider answered with a server error.",
    }),
    attempts: count("So many.", 12),
  })
  .openapi("FailureReason", { description: "Why attempts failed." });

const breakerSchema = z
  .object({
    cause: z.enum(["provider", "client", "rate_limit"]).openapi({
      description:
        "`provider`: it is unwell. `client`: it rejects your OAuth client. `rate_limit`: it asks to slow down.",
      example: "client",
    }),
    state: z.enum(["open", "half_open"]).openapi({
      description: "`half_open`: the pause is over, and one account asks.",
      example: "open",
    }),
    opened_at: instantSchema.openapi({ description: "Since when." }),
    probe_at: nullableInstantSchema.openapi({ description: "When one account asks next." }),
    clients: count("OAuth clients and hosts whose breaker is open for this cause.", 1),
    accounts: count("Active accounts behind them. 10000 stands for more.", 1130),
  })
  .openapi("OpenBreaker", { description: "Token endpoints that are left alone for now." });

const openBreakerSchema = breakerSchema
  .extend({ integration_name: integrationNameSchema })
  .openapi("IntegrationBreaker", { description: "Token endpoints of an integration that are left alone for now." });

export const openBreakersSchema = z
  .object({
    data: z.array(openBreakerSchema).openapi({ description: "One for each integration and cause; normally none." }),
  })
  .openapi("OpenBreakers", { description: "What is left alone for now, the longest first." });
export type OpenBreakersView = z.infer<typeof openBreakersSchema>;

const budgetSchema = z
  .object({
    per_minute: z.number().int().nullable().openapi({ description: "Token requests in a minute.", example: 60 }),
    concurrency: z.number().int().nullable().openapi({ description: "Token requests at a time.", example: null }),
  })
  .openapi("ClientBudget", { description: "What the client may ask of its token endpoint; null: no limit is known." });

const dueSchema = z
  .object({
    counted_at: instantSchema.openapi({ description: "When it was counted: once a minute, by a worker." }),
    starts_at: instantSchema.openapi({ description: "Where the first step begins." }),
    step_seconds: count("The length of a step.", 300),
    refreshes: z.array(z.number().int()).openapi({
      description: "Refreshes due in each step, an hour of them.",
      example: [12, 9, 14, 8, 11, 10, 13, 9, 12, 11, 10, 12],
    }),
  })
  .openapi("DueRefreshes", { description: "The refreshes of the hour to come." });

const cliffSchema = z
  .object({
    at: instantSchema.openapi({ description: "When the first of them ends." }),
    until: instantSchema.openapi({ description: "A day later." }),
    accounts: count("Grants that end between the two, and that no refresh prolongs.", 34),
  })
  .openapi("GrantCliff", { description: "The next day on which grants end by themselves, within 30 days." });

const integrationSchema = z
  .object({
    integration_name: integrationNameSchema,
    accounts: statesSchema,
    refreshes: count("Attempts in the window.", 912),
    success_rate: share("Of the attempts in the window; null: there was none.", 0.998),
    latency_ms: delaySchema,
    failures: z.array(failureSchema).openapi({ description: "Why attempts in the window failed, most first." }),
    breakers: z.array(breakerSchema).openapi({ description: "Open ones, the longest first; normally none." }),
    budget: budgetSchema,
    due: dueSchema.nullable().openapi({ description: "Null: no worker has counted it yet." }),
    cliff: cliffSchema.nullable().openapi({ description: "Null: none is known." }),
  })
  .openapi("IntegrationOverview", { description: "How one integration does, and what lies ahead of it." });

export const overviewSchema = z
  .object({
    at: instantSchema.openapi({ description: "When this was read." }),
    since: instantSchema.openapi({ description: "Where the window begins." }),
    is_counted: z.boolean().openapi({
      description: "False for a while after an upgrade: attempts are those since, while a worker counts the others.",
      example: true,
    }),
    accounts: statesSchema,
    needs_reauth: z
      .object({
        share: share("Of accounts that have a grant, or had one that died; null: there are none.", 0.0033),
        share_before: share("The same when the window began; null: not known.", 0.0031),
      })
      .openapi({ description: "Accounts that wait for their customers." }),
    refreshes: z
      .object({
        count: count("Attempts in the window.", 29312),
        success_rate: share("Of those that succeeded or failed, not of superseded ones; null: there was none.", 0.9991),
        count_before: count("In the window before.", 28840).nullable(),
        success_rate_before: share("The same of the window before; null: there was none, or it is not kept.", 0.9989),
      })
      .openapi({ description: "Refreshes of all integrations." }),
    token_reads: z
      .object({
        count: count("Token reads in the window, by the API and for the proxy.", 1204113),
        served: count("With a token that was valid.", 1203900),
        served_share: share(
          "Of reads that could have been: not of those for an account that ended or waits for its customer.",
          0.9998,
        ),
        served_share_before: share("The same of the window before; null: not known.", 0.9997),
        problems: z.record(z.string(), z.number().int()).openapi({
          description: "Reads without a token, by the problem's code.",
          example: { needs_reauth: 200, provider_timeout: 13 },
        }),
        waited: count("Reads that waited for a refresh.", 2210),
        wait_p95_ms: milliseconds("19 of 20 of those waited less; null: none waited.", 610),
        wait_p95_before_ms: milliseconds("The same of the window before; null: none waited, or it is not kept.", 580),
      })
      .openapi({ description: "What token reads got, and how long they waited." }),
    backlog: z
      .object({
        overdue: count(
          "Accounts whose alarm rang over a minute ago and that wait for a worker. 10000 stands for more.",
          0,
        ),
        oldest_seconds: count("How long ago the oldest of those alarms rang; 0: none.", 0),
        behind_breakers: count(
          "Accounts whose alarm rang and that wait behind an open breaker, as they should. 10000 stands for more.",
          0,
        ),
      })
      .openapi({ description: "What is late." }),
    attention: z
      .object({
        without_token: count(
          "Active accounts whose token ended and whose refreshes fail, wait behind an open breaker or are impossible: requests for them are refused. 10000 stands for more.",
          0,
        ),
        failing: count("Active accounts whose token is valid and whose refreshes fail. 10000 stands for more.", 3),
        accounts: z.array(accountSchema).max(6).openapi({
          description:
            "The first to look at, six at most: without a token, those whose customers must come back since lately, those whose tokens end next. Held ones stand with their mass failure.",
        }),
      })
      .openapi({ description: "Accounts that somebody has to look at." }),
    webhooks: z
      .object({
        working: count("Endpoints whose latest attempt was taken.", 3),
        failing: count("Endpoints whose latest attempts failed.", 0),
        disabled: count("Endpoints that are turned off.", 1),
        given_up: count("Of them: turned off by Evergrant, since they failed for days or said that they are gone.", 0),
        due: count("Deliveries that wait to be sent. 10000 stands for more.", 0),
        retrying: count("Deliveries that failed and are tried again later.", 0),
        oldest_seconds: count("How long the oldest of those that are due waits; 0: none.", 0),
        attempts: count("Attempts in the window.", 120),
        delivered: count("Of them: taken.", 119),
        latency_ms: delaySchema,
      })
      .openapi({ description: "Whether events arrive." }),
    integrations: z
      .array(integrationSchema)
      .openapi({ description: "One entry for each integration with accounts, by name." }),
  })
  .openapi("Overview", { description: "How an environment does, and what lies ahead of it." });
export type OverviewView = z.infer<typeof overviewSchema>;
export type IntegrationOverview = OverviewView["integrations"][number];

const pointSchema = z
  .object({
    at: instantSchema.openapi({ description: "Where the step begins." }),
    refreshes: count("Attempts that ended in it.", 120),
    success_rate: share("Of them; null: there was none.", 1),
    latency_ms: delaySchema,
    needs_reauth_share: share("At its end; null: not known, or there were no accounts.", 0.0033),
    token_wait_p95_ms: milliseconds(
      "19 of 20 token reads that waited for a refresh waited less; null: none did, or asked for one integration.",
      580,
    ),
  })
  .openapi("SeriesPoint", { description: "One step of time." });

export const seriesSchema = z
  .object({
    since: instantSchema.openapi({ description: "Where the first step begins." }),
    step_seconds: count("The length of a step: a minute, a quarter of an hour or an hour, by the window.", 900),
    points: z.array(pointSchema).openapi({ description: "Each step up to now, also where nothing happened." }),
  })
  .openapi("Series", { description: "How things went, step by step." });
export type SeriesView = z.infer<typeof seriesSchema>;
