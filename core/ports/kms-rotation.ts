/** What a rotation added. Whatever was wrapped before goes on opening. */
export type AddedVersion =
  | {
      /** Inside the same key, whose id stays: what is new is wrapped under it, at once or when what is to be waited for is over. */
      readonly kind: "version";
      readonly kid: string;
      /** As the KMS names it; null: it has no name for it. */
      readonly version: string | null;
      /** Until when the KMS, or a process of ours, may go on wrapping under the version before, as a sentence; null: it does not. */
      readonly wait: string | null;
    }
  | {
      /** Another key, where keys have no versions: it wraps once the configuration has it in front. */
      readonly kind: "key";
      /** The key that wraps until then. */
      readonly kid: string;
      /** What the KMS calls the new one. */
      readonly reference: string;
    };

/**
 * Versions of the keys in a KMS. It takes a permission of its own there, which api and worker need not have: only an operator on the
 * command line asks for one.
 */
export interface KmsRotation {
  /**
   * Adds a version to the key that wraps now. Asked once, and never again by itself: an answer that was lost may have added one.
   *
   * @param environment whose own keys, by its name; null: the keys of all environments without keys of their own
   * @throws DomainError `forbidden` (the KMS denies it: names the permission), `invalid_request` (this key can't have one: says what to do
   *   instead), `conflict` (the KMS is rotating it), `kms_unavailable` (says whether something was changed, where that is known)
   */
  addVersion(environment: string | null): Promise<AddedVersion>;
}
