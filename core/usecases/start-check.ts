import type { Caller } from "../domain/access/permission.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import type { CheckRun } from "../domain/integration/check-run.ts";
import { withoutClient } from "../domain/integration/integration-document.ts";
import { readDocument } from "../domain/integration/read-document.ts";
import { named } from "../domain/integration/read-document-text.ts";
import { DomainError, type FieldError } from "../domain/problem/domain-error.ts";
import type { CheckStore } from "../ports/check-store.ts";
import type { IntegrationStore } from "../ports/integration-store.ts";
import type { Randomness } from "../ports/randomness.ts";
import { findIntegration } from "./find-integration.ts";

export interface StartCheckPorts {
  readonly checks: CheckStore;
  readonly integrations: Pick<IntegrationStore, "find">;
  readonly random: Randomness;
  /** Whether this installation offers checks (EVERGRANT_LAB_CHECKS). */
  readonly offersChecks: boolean;
}

/** How an installation comes to offer them. */
export const howToOfferChecks =
  "Checks need the lab, which a clone of the repository with its development dependencies has (npm run demo has it too). Set EVERGRANT_LAB_CHECKS=on for api and worker there, or check on the command line: evergrant integrations check.";

/**
 * Has a worker try a definition against the lab: the one in force with what this environment lays over it, or one that was sent.
 *
 * @param source null: the definition in force
 * @throws DomainError invalid_request, not_found; conflict where checks are not offered, or another one is under way
 */
export async function startCheck(
  ports: StartCheckPorts,
  caller: Caller,
  name: string,
  source: unknown,
): Promise<CheckRun> {
  if (!ports.offersChecks) {
    throw new DomainError("conflict", {
      detail: `This installation offers no checks. ${howToOfferChecks}`,
      extensions: { reason: "no_lab" },
    });
  }
  const { document, isInForce, withSamples } = await documentOf(ports, caller, name, source);
  const id = makeId("chk", ports.random.bytes(idRandomBytes));
  const run = { id, integrationName: name, document: withoutClient(document), isInForce, withSamples };
  const { environmentId } = caller;
  const started = await ports.checks.start(
    { ...run, environmentId, startedBy: caller.id },
    {
      environmentId,
      actor: caller.id,
      action: "integration.checked",
      target: name,
      detail: { check: id, in_force: isInForce },
    },
  );
  if (started !== null) return started;
  const other = await ports.checks.findUnderWay(environmentId);
  throw new DomainError("conflict", {
    detail: `Another check is under way in this environment${other === null ? "" : `, of ${other.integrationName}`}. It takes some seconds: try again.`,
    retryAfterSeconds: 5,
    extensions: { reason: "check_under_way" },
  });
}

async function documentOf(ports: StartCheckPorts, caller: Caller, name: string, source: unknown) {
  if (source === null) {
    const { document, origin, fault } = await findIntegration(ports, caller, name);
    if (fault !== null) {
      throw new DomainError("conflict", { detail: `The definition of ${name} is not used: ${fault}. Mend it first.` });
    }
    return { document, isInForce: true, withSamples: origin === "platform" };
  }
  const read = readDocument(named(source, name));
  if (read.kind === "faulty") throw invalid(read.errors);
  const { document } = read;
  if (document.name !== name) throw invalid([{ pointer: "/name", detail: `must be ${name}, as in the address` }]);
  return { document, isInForce: false, withSamples: false };
}

function invalid(errors: readonly FieldError[]): DomainError {
  return new DomainError("invalid_request", {
    detail: "The integration document is not valid.",
    errors: errors.map(({ pointer, detail }) => ({ pointer: `/document${pointer}`, detail })),
  });
}
