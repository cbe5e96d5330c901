/** What the client has to prove itself with is missing or no such thing: nothing was asked. The message is for operators. */
export class ClientUnusable extends Error {
  override readonly name = "ClientUnusable";
}
