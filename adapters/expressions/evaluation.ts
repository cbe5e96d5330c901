import type { ExpressionFailure } from "#core/ports/expressions";

/** What is asked of an evaluator, and what it answers: JSON as text, so that its size is known before it is read. */
export interface Evaluation {
  readonly expression: string;
  readonly input: string;
  readonly bindings: string;
}

export type EvaluationAnswer =
  | { readonly kind: "value"; readonly json: string }
  | { readonly kind: "nothing" }
  | { readonly kind: "failed"; readonly reason: ExpressionFailure; readonly detail: string };

export const limits = {
  /** CPU time of one evaluation, milliseconds. */
  cpuMs: 200,
  /** And on the clock, should the machine stand still meanwhile. */
  wallMs: 2_000,
  inputBytes: 1_048_576,
  outputLength: 65_536,
  /** Of calls within calls. */
  depth: 500,
  /** Of one list. */
  sequence: 50_000,
  /** Of the thread that evaluates, megabytes. */
  heapMegabytes: 64,
  compiled: 200,
} as const;
