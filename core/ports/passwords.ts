/** Hashes of passwords. Slow on purpose, so one after the other. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /**
   * With a null hash it takes as long and says no, so that the time tells nobody whether an account exists.
   *
   * @returns whether it is the password, and whether its hash should be made anew because costs have grown
   */
  verify(password: string, stored: string | null): Promise<{ readonly isRight: boolean; readonly isOutdated: boolean }>;
  /**
   * Why a new password does not do, for whoever chooses it; null: it does.
   *
   * @param about what others know of them (address, name): a password made of it is easily guessed
   */
  faultOf(password: string, about: readonly string[]): string | null;
}
