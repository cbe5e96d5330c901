import type { TypedSubject } from "./describe-typed-subject.ts";
import { behaviourOf, samplesOf, type SampleOf } from "./read-samples.ts";
import type { Probe, ProbeKind, TypedScenario } from "./scenario.ts";
import { json } from "./token-steps.ts";

/** Everything that a document is tried with whose credentials people type: its probe, and what the provider may do to that. */
export function typedScenariosFor(subject: TypedSubject): readonly TypedScenario[] {
  return [...accepted, ...documented(subject), ...misbehaviours, ...ofTokensAlone];
}

const accepted: readonly TypedScenario[] = [
  {
    id: "accepted",
    title: "Credentials that work",
    play({ isGoodKnown, good, document }) {
      if (!isGoodKnown) {
        return `no answer could be made that its probe's valid takes; an identity sample in samples/${document.name}.json would show one`;
      }
      return { of: "new", behaviour: json(200, good), answered: "200", expected: ["works"] };
    },
  },
  {
    id: "rejected",
    title: "Credentials that don't work",
    play: (subject) => ({ ...rejection(subject), of: "new", expected: ["rejected"] }),
  },
  {
    id: "rejected_later",
    title: "They stop working",
    play: kept((subject) => ({ ...rejection(subject), expected: ["rejected"] })),
  },
];

/** The provider's own refusal, where its documentation shows one. */
function rejection({ samples }: TypedSubject): Pick<Probe, "behaviour" | "answered"> {
  const sample = samplesOf(samples, "api_error").find((one) => one.expects.error === "invalid_token");
  if (sample === undefined) return { behaviour: json(401, { error: "invalid_token" }), answered: "401" };
  return { behaviour: behaviourOf(sample), answered: `${sample.status}, as documented` };
}

/** What the documentation says of an answer is what the document must make of it. */
function documented({ samples }: TypedSubject): TypedScenario[] {
  const other = samplesOf(samples, "api_error").filter((one) => one.expects.error !== "invalid_token");
  return [...other.map(documentedError), ...samplesOf(samples, "rate_limit").map(documentedLimit)];
}

function documentedError(sample: SampleOf<"api_error">, index: number): TypedScenario {
  const { status, expects } = sample;
  // Credentials that may not do this are not dead.
  const expected: ProbeKind[] = expects.error === "rate_limited" ? ["rate_limited"] : ["works", "unlike", "unwell"];
  return {
    id: `documented_api_error_${index + 1}`,
    title: "Documented API error",
    play: kept(() => ({
      behaviour: behaviourOf(sample),
      answered: `${status} ${expects.error ?? ""}`.trim(),
      expected,
    })),
  };
}

function documentedLimit(sample: SampleOf<"rate_limit">, index: number): TypedScenario {
  const expected: ProbeKind[] = sample.status >= 400 ? ["rate_limited"] : ["works"];
  return {
    id: `documented_rate_limit_${index + 1}`,
    title: "Documented limit",
    play: kept(() => ({ behaviour: behaviourOf(sample), answered: `${sample.status}, as documented`, expected })),
  };
}

const unwell: readonly ProbeKind[] = ["unwell", "unlike", "rate_limited"];

const misbehaviours: readonly TypedScenario[] = [
  {
    id: "html_502",
    title: "A gateway's error page",
    play: kept(() => ({ behaviour: { kind: "html", status: 502 }, answered: "502 HTML", expected: unwell })),
  },
  {
    id: "server_error",
    title: "The provider fails",
    play: kept(() => ({ behaviour: json(500, { error: "server_error" }), answered: "500", expected: unwell })),
  },
  {
    id: "slow_down",
    title: "Slow down, with Retry-After",
    play: kept(() => ({
      behaviour: json(429, {}, { "retry-after": "7" }),
      answered: "429, Retry-After: 7",
      expected: ["rate_limited"],
    })),
  },
  {
    id: "slow_down_without_time",
    title: "Slow down, without Retry-After",
    play: kept(() => ({ behaviour: json(429, {}), answered: "429", expected: ["rate_limited"] })),
  },
  {
    id: "answer_lost",
    title: "Answer lost",
    play: kept(() => ({
      behaviour: { kind: "reset" },
      answered: "connection cut",
      expected: ["unreachable"],
    })),
  },
  {
    id: "slow_endpoint",
    title: "Slower than the deadline",
    play: kept(() => ({
      behaviour: { kind: "hang" },
      answered: "nothing for 1 s, its deadline",
      expected: ["unreachable"],
    })),
  },
  {
    id: "wrong_shape",
    title: "A page with status 200",
    play(subject) {
      if (subject.document.api?.probe?.valid === undefined) {
        return "its probe has no valid, so any 2xx counts as credentials that work";
      }
      const probe: Omit<Probe, "of"> = {
        behaviour: { kind: "html", status: 200 },
        answered: "200 HTML",
        expected: ["works", "unlike", "unwell"],
      };
      return kept(() => probe)(subject);
    },
  },
];

/** An account with credentials that worked before. */
function kept(probe: (subject: TypedSubject) => Omit<Probe, "of">): TypedScenario["play"] {
  return (subject) =>
    subject.isGoodKnown ? { ...probe(subject), of: "kept" } : "no account could be made (see Credentials that work)";
}

const neverRefreshed = "what people type has no end, and nothing refreshes it";

/** Named, so that nobody has to wonder where they are. */
const ofTokensAlone: readonly TypedScenario[] = [
  ["rotation", "New tokens"],
  ["reuse_refused", "Used refresh token refused"],
  ["error_in_200", "An error with status 200"],
  ["lifetimes", "Missing, textual and millisecond expires_in"],
  ["partial_scopes", "Fewer scopes than asked for"],
].map(([id = "", title = ""]) => ({
  id,
  title,
  play: () => neverRefreshed,
}));
