/** What the check needs besides the document is not there. The message says what, and the remedy. */
export class CheckUnavailable extends Error {
  override readonly name = "CheckUnavailable";
}
