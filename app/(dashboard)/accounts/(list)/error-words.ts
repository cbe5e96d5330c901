/** Codes of `last_error`, as operators speak of them. The map is open: what it lacks stands as it is. */
export const errorWords: Readonly<Record<string, string>> = {
  reauthorize: "Grant refused by the provider",
  transient: "Provider failed for now",
  rate_limited: "Rate limited",
  client_misconfigured: "Our client refused",
  in_doubt: "Answer lost",
};
