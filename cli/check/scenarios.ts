import type { TokenScenario } from "./scenario.ts";
import { connectScenarios } from "./connect-scenarios.ts";
import { documentedScenarios } from "./documented-scenarios.ts";
import { misbehaviours } from "./misbehaviours.ts";
import type { TokenSubject } from "./describe-token-subject.ts";

/** Everything that a document with tokens is tried with. */
export function tokenScenariosFor(subject: TokenSubject): readonly TokenScenario[] {
  return [...connectScenarios, ...documentedScenarios(subject), ...misbehaviours(subject)];
}
