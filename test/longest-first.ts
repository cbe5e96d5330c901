import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that wait for leases, pauses and budgets in earnest: what begins with them is not waited for at the end. A clean clone has
 * no results that would tell.
 */
const longest = [
  "test/webhook-crashes.db.test.ts",
  "test/engine.db.test.ts",
  "test/mass-failure.db.test.ts",
  "test/chaos.db.test.ts",
  "test/budget.db.test.ts",
  "test/processes.db.test.ts",
  "test/refresh-cases.db.test.ts",
  "cli/check/run-check.db.test.ts",
  "test/integration-checks.db.test.ts",
  "test/client-secret-overlap.db.test.ts",
  "test/simulation/",
  "adapters/oauth/malformed-answers.test.ts",
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = longest.findIndex((one) => moduleId.includes(one));
      return place < 0 ? longest.length : place;
    };
    const group = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    return (await super.sort(files)).toSorted((one, other) => group(one) - group(other) || rank(one) - rank(other));
  }
}
