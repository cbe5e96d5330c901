import { UnreadableDefinition } from "../domain/integration/unreadable-definition.ts";
import type { ConfiguredIntegration, IntegrationStore } from "../ports/integration-store.ts";

/** For those who look at several integrations, or need less of one than an answer depends on: null also for one that can't be read. */
export async function findReadable(
  integrations: Pick<IntegrationStore, "find">,
  environmentId: string,
  name: string,
): Promise<ConfiguredIntegration | null> {
  try {
    return await integrations.find(environmentId, name);
  } catch (error) {
    if (error instanceof UnreadableDefinition) return null;
    throw error;
  }
}
