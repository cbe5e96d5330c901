import type { z } from "zod";
import type { Caller } from "../domain/access/permission.ts";
import type { ApprovalEffect } from "../domain/approval/approval.ts";
import type { ApprovalKind } from "../domain/approval/approval-kind.ts";
import type { ApprovalUse } from "../ports/approval-store.ts";

/** What a request would do, as things are now. */
export interface Assessment {
  readonly subject: string;
  /** Plain JSON: everything that the request was made of and that may change. With another one it must be asked anew. */
  readonly state: unknown;
  readonly effect: ApprovalEffect;
}

/** On whose word an action runs. */
export interface ApprovedRun extends ApprovalUse {
  readonly environmentId: string;
  /** Who asked: the actor of the audit records of what is done. */
  readonly requestedBy: string;
  readonly approvedBy: string;
  /** Digest of the state that was assessed when it was asked for: an action compares it with what it finds under its own lock. */
  readonly stateHash: string;
}

/** Who does what may need two people. */
export interface Doer extends Pick<Caller, "id" | "environmentId"> {
  /** What another approved, which is spent with the deed; absent: it needs nobody else's word. */
  readonly approved?: ApprovedRun;
}

/** What the audit record of the deed says of it. */
export function approvalDetail({ approved }: Doer): Readonly<Record<string, string>> {
  return approved === undefined ? {} : { approval: approved.id, approved_by: approved.approvedBy };
}

/** `state_changed`: it was found only under the action's own lock that things are otherwise; nothing was done. */
export type ExecuteOutcome = "done" | "state_changed";

/**
 * How one kind of request is carried out. One process at a time does, but after a crash another one begins anew. So an action either
 * hands `run` to the store that writes it, which spends the approval in the same transaction, or says by `wasDone` that an earlier try
 * got through. It starts work that is long, and does not wait for it: a try has a minute.
 */
export interface ApprovalAction<P> {
  readonly parameters: z.ZodType<P>;
  /** @throws DomainError where it could not be done at all */
  assess(environmentId: string, parameters: P): Promise<Assessment>;
  /** @throws DomainError: with a status below 500 and without `retryAfterSeconds` it has failed; anything else is tried again */
  execute(parameters: P, run: ApprovedRun): Promise<ExecuteOutcome>;
  /** Whether this very approval was carried out before; absent: the action spends it. */
  wasDone?(environmentId: string, parameters: P, approvalId: string): Promise<boolean>;
}

/** The same for parameters as they were stored. */
export interface KnownAction {
  /** @throws z.ZodError for what is not the parameters of this kind */
  parse(parameters: unknown): unknown;
  assess(environmentId: string, parameters: unknown): Promise<Assessment>;
  execute(parameters: unknown, run: ApprovedRun): Promise<ExecuteOutcome>;
  wasDone(environmentId: string, parameters: unknown, approvalId: string): Promise<boolean>;
}

/**
 * The registry: kind → how it is assessed and carried out. A kind without one can't be asked for (`requireApproval`). It is filled in
 * `adapters/container.ts`, the one place that wires:
 *
 *     approvalActions: {
 *       "integration.hosts_change": defineAction(hostsChangeAction(ports)),
 *       "key.disable": defineAction(disableKeyAction(ports)),
 *     }
 */
export type ApprovalActions = { readonly [K in ApprovalKind]?: KnownAction };

export function defineAction<P>(action: ApprovalAction<P>): KnownAction {
  const parse = (parameters: unknown): P => action.parameters.parse(parameters);
  return {
    parse,
    assess: async (environmentId, parameters) => await action.assess(environmentId, parse(parameters)),
    execute: async (parameters, run) => await action.execute(parse(parameters), run),
    wasDone: async (environmentId, parameters, approvalId) =>
      (await action.wasDone?.(environmentId, parse(parameters), approvalId)) ?? false,
  };
}
