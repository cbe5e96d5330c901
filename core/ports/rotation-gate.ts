/** Keeps apart what must not happen at once with a key that gets a new version. */
export interface RotationGate {
  /**
   * Runs `work` while no other key is given a version, and no re-wrap of everything begins: one that did would leave whatever it passes
   * meanwhile under the version before.
   *
   * @throws DomainError `conflict` where one of them is going on; nothing was done then
   */
  alone<T>(work: () => Promise<T>): Promise<T>;
}
