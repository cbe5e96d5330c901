import type { CheckScenario } from "../domain/integration/check-run.ts";
import type { CheckEnd } from "./check-store.ts";

/** Tries a definition against the lab, away from everything that this process knows. */
export interface CheckRunner {
  /**
   * @param tell each scenario as it ends, in their order
   * @returns failed, saying why, where it can't be tried at all; never throws for that
   */
  run(
    trial: { readonly document: unknown; readonly withSamples: boolean },
    tell: (scenario: CheckScenario) => void,
    signal: AbortSignal,
  ): Promise<CheckEnd>;
}
