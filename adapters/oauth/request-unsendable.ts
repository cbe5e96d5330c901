/** What was to be sent no HTTP request may carry: nothing was asked. The message is for operators, and repeats no value. */
export class RequestUnsendable extends Error {
  override readonly name = "RequestUnsendable";
}
