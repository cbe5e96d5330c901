/** Where a window ends that was opened to confirm who somebody is. */
export const confirmedPath = "/sign-in/confirmed";

/** Where to go after signing in: a path of ours, never another site (`//host`, `/\host`, `https:`). */
export function nextPath(value: string | string[] | undefined): string {
  const text = Array.isArray(value) ? value[0] : value;
  if (text === undefined || !text.startsWith("/")) return "/";
  const url = URL.parse(text, "http://here.invalid");
  if (url === null || url.origin !== "http://here.invalid" || url.pathname.startsWith("/sign-in")) return "/";
  return `${url.pathname}${url.search}`;
}
