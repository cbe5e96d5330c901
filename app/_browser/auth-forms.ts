/** Forms of @auth/core ask for this token, bound to a cookie of the same browser. */
export async function readCsrfToken(): Promise<string> {
  const response = await fetch("/api/auth/csrf", { credentials: "same-origin", cache: "no-store" });
  if (!response.ok) throw new Error(`csrf: HTTP ${response.status}`);
  const body = (await response.json()) as { csrfToken?: unknown };
  if (typeof body.csrfToken !== "string") throw new Error("csrf: no token in the answer");
  return body.csrfToken;
}

/** Posts a form of @auth/core and asks for the address to go to instead of a redirect. */
export async function postAuthForm(path: string, fields: Record<string, string>): Promise<Response> {
  return fetch(`/api/auth/${path}`, {
    method: "POST",
    credentials: "same-origin",
    headers: { "content-type": "application/x-www-form-urlencoded", "x-auth-return-redirect": "1" },
    body: new URLSearchParams({ ...fields, csrfToken: await readCsrfToken() }),
  });
}
