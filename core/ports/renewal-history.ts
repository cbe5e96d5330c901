/** What became of tokens that providers rejected. */
export interface RenewalHistory {
  /** When rejections of this account's tokens led to new ones, in any process, since then. */
  refreshedForRejection(environmentId: string, accountId: string, since: Date): Promise<readonly Date[]>;
}
