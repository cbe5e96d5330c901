import { DomainError } from "../../domain/problem/domain-error.ts";
import { toPointer } from "../../domain/text/scan-json.ts";
import type { EndpointName } from "../../domain/unified/mapping-schema.ts";
import { failureWords } from "../../domain/unified/failure-words.ts";
import { ExpressionFailed } from "../../ports/expressions.ts";
import { crowded, isOurs } from "./find-all.ts";
import type { TrialFault } from "./try-mapping.ts";
import type { MappedModel } from "./with-mapping.ts";

/** @param place below the mapping */
export function failedExpression(place: readonly string[], error: ExpressionFailed): TrialFault {
  return { part: "mapping", pointer: toPointer(place), detail: failureWords(error.message) };
}

/** The mapping can't do this at all. */
export function noEndpoint(name: EndpointName): TrialFault {
  return {
    part: "mapping",
    pointer: "/endpoints",
    detail: `has no ${name}: the capabilities say that it can't be done`,
  };
}

/** An expression that failed, unless nothing is wrong with it. @throws anything else */
export function ownFailure(error: unknown): ExpressionFailed {
  if (!(error instanceof ExpressionFailed)) throw error;
  // One that its evaluator ended under has asked for too much.
  if (isOurs(error)) throw crowded();
  return error;
}

/** What a call would have been refused with, as faults of the mapping or of what is given. @throws anything that is neither's */
export function faultsOf({ call: { model } }: MappedModel, error: unknown): TrialFault[] {
  if (!(error instanceof DomainError) || error.code === "provider_unavailable") throw error;
  const { errors, detail } = error;
  const at = toPointer(["unified", model.category, model.name]);
  if (errors.length === 0) return [{ part: "mapping", pointer: "", detail }];
  return errors.map((one) =>
    one.pointer.startsWith(`${at}/`)
      ? { part: "mapping", pointer: one.pointer.slice(at.length), detail: one.detail }
      : { part: "given", pointer: one.pointer.replace(/^(?=[^/])/, "/"), detail: one.detail },
  );
}
