import { DomainError } from "../problem/domain-error.ts";

/** A definition that is stored in an environment and that this version can't read. Every other one goes on. */
export class UnreadableDefinition extends DomainError {
  readonly integrationName: string;
  /** Each with its JSON Pointer. */
  readonly faults: readonly string[];

  constructor(name: string, faults: readonly string[]) {
    super("client_misconfigured", {
      detail: `The definition of ${name} in this environment can't be read by this version. Put a valid one (PUT /api/v1/integrations/${name}), or delete it.`,
      internal: `the stored definition of ${name} can't be read: ${faults.join("; ")}`,
      extensions: { reason: "definition_unreadable" },
    });
    this.name = "UnreadableDefinition";
    this.integrationName = name;
    this.faults = faults;
  }
}
