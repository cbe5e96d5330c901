/** How events are written for a receiver. */
export type EndpointFormat = "standard" | "chat" | "email";

/** One address and nothing else: what follows a `?` would set other headers of the mail. */
const mailAddress = /^mailto:([^\s@,;:?<>()"\\%]{1,64}@[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,250}[a-zA-Z0-9])?)$/;

/** The mail address of an endpoint; null: it has none. */
export function mailAddressOf(url: string): string | null {
  return mailAddress.exec(url)?.[1] ?? null;
}

/** What others may read of an address: its path may be a secret, as those of chats are. */
export function originOf(url: string): string {
  return mailAddressOf(url) === null && URL.canParse(url) ? new URL(url).origin : url;
}

/** What stands where an address was left out. */
const leftOut = "…";
/** A shorter secret is shown in no part. */
const leastHidden = 16;

/**
 * The address of a chat as anybody may see it: whoever knows all of it can write there. Its origin, and its last four characters, by
 * which two of them are told apart.
 */
export function maskAddress(url: string): string {
  if (url.includes(leftOut) || !URL.canParse(url)) return url;
  const { origin, pathname, search } = new URL(url);
  const secret = pathname + search;
  if (secret === "/") return url;
  return `${origin}/${leftOut}${secret.length - 1 < leastHidden ? "" : secret.slice(-4)}`;
}

export type EndpointUrl =
  | { readonly kind: "valid"; readonly format: EndpointFormat }
  | { readonly kind: "invalid"; readonly pointer: "/url" | "/format"; readonly detail: string };

/**
 * Whether events can be sent to an address at all.
 *
 * @param format as it was asked for; null: what goes with the address
 * @param refusal why calls to an origin are certain to be refused; null: they may work. What a name resolves to is seen whenever it
 *   is called.
 */
export function judgeEndpointUrl(
  url: string,
  format: EndpointFormat | null,
  refusal: (origin: string) => string | null,
): EndpointUrl {
  const wrong = (detail: string): EndpointUrl => ({ kind: "invalid", pointer: "/url", detail });
  if (/^mailto:/i.test(url) || format === "email") {
    if (format !== null && format !== "email")
      return { kind: "invalid", pointer: "/format", detail: "mails are written in the format email; leave it out" };
    if (mailAddressOf(url) === null)
      return wrong("expected mailto: and one mail address, such as mailto:ops@example.com");
    return { kind: "valid", format: "email" };
  }
  // `https:example.com` and texts with tabs in them are taken by the parser of URLs, and meant by nobody.
  if (!URL.canParse(url) || !/^https?:\/\/[^\s/?#]+(?:[/?#]\S*)?$/.test(url))
    return wrong("expected an https address, such as https://app.example.com/webhooks");
  // A masked one that was sent back. Browsers write the character in its encoded form.
  if (url.includes(leftOut) || url.includes("%E2%80%A6")) return wrong("is not shown in full; send all of it");
  const { protocol, username, password, hash, origin } = new URL(url);
  if (username !== "" || password !== "")
    return wrong("must not carry credentials; the signature says who sends, and a path may hold what only you know");
  if (hash !== "") return wrong("must not have a fragment: it would not be sent");
  const refused = refusal(origin);
  if (refused !== null)
    return wrong(protocol === "http:" ? `must be an https address: ${refused}` : `can't be called: ${refused}`);
  return { kind: "valid", format: format ?? "standard" };
}
