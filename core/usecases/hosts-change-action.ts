import { z } from "zod";
import { documentChanges } from "../domain/integration/document-changes.ts";
import { describeHosts, documentStructureSchema } from "../domain/integration/integration-document.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { WeighedDefinition } from "../ports/integration-store.ts";
import type { ApprovalAction } from "./approval-actions.ts";
import { ensureClientKey, type ClientKeyPorts } from "./ensure-client-key.ts";

/** By its structure alone, as stored definitions are read: it was checked as a whole when it was asked for. */
const parameters = z.strictObject({ document: documentStructureSchema });

/**
 * A definition leads elsewhere while accounts live on it, or while a client's secret was given for fewer hosts (invariant 12). Approved,
 * the credentials go along: accounts and secrets stay, and what is pinned is what two people have seen.
 */
export function hostsChangeAction(ports: ClientKeyPorts): ApprovalAction<z.infer<typeof parameters>> {
  return {
    parameters,

    async assess(environmentId, { document }) {
      const weighed = await ports.integrations.weigh(environmentId, document);
      refuseUseless(weighed, document.name);
      const name = document.label ?? document.name;
      return {
        subject: document.name,
        // Accounts come and go; how many there are is shown, and changes nothing about where they would go.
        state: weighed.seen,
        effect: {
          summary: `Send the credentials of ${name} to other hosts`,
          changes: documentChanges(weighed.seen.pin, weighed.seen.definition, document),
          consequences: consequencesOf(weighed),
        },
      };
    },

    async execute({ document }, run) {
      const { environmentId, requestedBy } = run;
      const outcome = await ports.integrations.put(environmentId, document, {
        approved: { use: { id: run.id, run: run.run }, seenHash: run.stateHash },
        audit: {
          environmentId,
          actor: requestedBy,
          action: "integration.put",
          target: document.name,
          detail: { hosts: describeHosts(document), approval: run.id, approved_by: run.approvedBy },
        },
      });
      switch (outcome.kind) {
        case "written":
          break;
        case "not_as_seen":
        case "changed_meanwhile":
          return "state_changed";
        case "refused":
        case "unfit":
          throw unusable(document.name);
      }
      // As after every PUT. Should it fail, the next change of the client makes up for it; the hosts are changed.
      await ensureClientKey(ports, { environmentId, id: requestedBy }, document.name, { rotates: false });
      return "done";
    },
  };
}

function refuseUseless({ judgement, unfit }: WeighedDefinition, name: string): void {
  const isUseless = judgement.kind === "refused" && (judgement.cause === "format" || judgement.cause === "unreadable");
  if (isUseless || unfit !== null) throw unusable(name);
}

function unusable(name: string): DomainError {
  return new DomainError("conflict", {
    detail: `The definition of ${name}, or what lies over it, is no longer such that this document could take its place. Put the document again to see why.`,
  });
}

function consequencesOf({ atStake, judgement }: WeighedDefinition): string[] {
  const { liveAccounts, hasSecrets } = atStake;
  const many = liveAccounts === 1 ? "1 live account" : `${liveAccounts.toLocaleString("en")} live accounts`;
  return [
    ...(judgement.kind === "refused" && judgement.cause === "secrets"
      ? []
      : [`The tokens of ${many} go to the new hosts, from the next refresh or call on.`]),
    ...(hasSecrets ? ["So do the secret, keys or certificate of the OAuth client, which stay as they are."] : []),
    "Whoever runs the new hosts can use every credential that is sent there.",
  ];
}
