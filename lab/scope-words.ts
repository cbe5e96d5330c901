/** What the lab can be asked for, as its consent page says it. Everything but `openid` can be left out. */
export const scopeWords = {
  openid: { title: "Know who you are", detail: "Your name, email address and company", isOptional: false },
  profile: { title: "See your profile", detail: "Your name and company", isOptional: true },
  email: { title: "See your email address", detail: "The one you use at Acme CRM", isOptional: true },
  read: { title: "Read your contacts", detail: "Names, companies and email addresses", isOptional: true },
  write: { title: "Change your contacts", detail: "Add, edit and remove them", isOptional: true },
  offline_access: { title: "Stay connected", detail: "Keep access when you are not here", isOptional: true },
} as const;

export type LabScope = keyof typeof scopeWords;

export const labScopes = Object.keys(scopeWords) as LabScope[];

/** The known ones among the requested scopes, in the order the page lists them. */
export function knownScopes(requested: string): LabScope[] {
  const asked = new Set(requested.split(" "));
  return labScopes.filter((scope) => asked.has(scope));
}
