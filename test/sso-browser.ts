import { connectAsPerson } from "#lab/connect-as-person";
import type { Stack } from "./start-stack.ts";

export type SsoOutcome = {
  /** The path and query that the browser ends at. */
  path: string;
  /** `sso_…` of the sign-in page; null: signed in. */
  error: string | null;
  /** The cookie of the session; empty: none was set. */
  session: string;
  setCookies: string[];
};

type SsoStart = { status: number; url: string; cookies: string; setCookies: string[] };

/** Leaves for the identity provider, as the button does. */
export async function startSso(
  stack: Stack,
  body: { next?: string; fresh?: boolean; invitation?: string } = {},
  options: { cookie?: string; api?: number; headers?: Record<string, string> } = {},
): Promise<SsoStart> {
  const response = await fetch(`${stack.apis[options.api ?? 0]?.origin}/api/auth/sso`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      origin: stack.env["EVERGRANT_URL"] ?? "",
      ...(options.cookie === undefined ? {} : { cookie: options.cookie }),
      ...options.headers,
    },
    body: JSON.stringify(body),
  });
  const { url = "" } = (await response.json()) as { url?: string };
  const setCookies = response.headers.getSetCookie();
  const cookies = [...setCookies.map((one) => one.split(";")[0] ?? ""), options.cookie ?? ""].filter(
    (one) => one !== "",
  );
  return { status: response.status, url, cookies: cookies.join("; "), setCookies };
}

/** Comes back with an address of ours. */
export async function finishSso(stack: Stack, callbackUrl: string, cookies: string, api = 0): Promise<SsoOutcome> {
  const { pathname, search } = new URL(callbackUrl);
  const response = await fetch(`${stack.apis[api]?.origin}${pathname}${search}`, {
    headers: { cookie: cookies },
    redirect: "manual",
  });
  const location = new URL(response.headers.get("location") ?? "", stack.env["EVERGRANT_URL"]);
  const setCookies = response.headers.getSetCookie();
  const session = setCookies.find((one) => /session-token=[^;]/.test(one))?.split(";")[0] ?? "";
  if (location.origin !== stack.env["EVERGRANT_URL"]) throw new Error(`left for ${location.href}`);
  return { path: location.pathname + location.search, error: location.searchParams.get("error"), session, setCookies };
}

/** The whole way as a person of the lab. */
export async function signInThroughLab(
  stack: Stack,
  person: string,
  body: Parameters<typeof startSso>[1] = {},
  options: Parameters<typeof startSso>[2] = {},
): Promise<SsoOutcome> {
  const { url, cookies } = await startSso(stack, body, options);
  const { callbackUrl } = await connectAsPerson({ authorizeUrl: url, person });
  return await finishSso(stack, callbackUrl, cookies, options.api);
}
