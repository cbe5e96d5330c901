import { approveAsPerson } from "#lab/approve-as-person";
import type { Answer, Stack } from "./start-stack.ts";

export interface Departure {
  /** The authorization request that the browser was sent to. */
  readonly authorize: URL;
  /** What the browser has got so far. */
  readonly cookie: string;
  /** Comes back from the provider with these parameters besides the state, and approves what the page asks. @returns the outcome page's data */
  back(parameters: Readonly<Record<string, string>>): Promise<Answer["body"]>;
}

/** The click on a new link, as a customer's browser makes it. The provider is the test's to play. */
export async function departFrom(
  stack: Stack,
  name: string,
  link: Readonly<Record<string, unknown>> = {},
): Promise<Departure> {
  const origin = stack.apis[0]?.origin ?? "";
  const made = await stack.call("POST", "/link-tokens", { tenant_id: "tenant", integration_name: name, ...link });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  const click = await fetch(made.body.url, {
    method: "POST",
    body: new URLSearchParams({ integration_name: name }),
    headers: { origin },
    redirect: "manual",
  });
  const authorize = new URL(click.headers.get("location") ?? "", origin);
  const cookie = click.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
  return {
    authorize,
    cookie,
    async back(parameters) {
      const callback = new URL(authorize.searchParams.get("redirect_uri") ?? "");
      const state = authorize.searchParams.get("state") ?? "";
      for (const [key, value] of Object.entries({ state, ...parameters })) callback.searchParams.set(key, value);
      await fetch(callback, { headers: { cookie }, redirect: "manual" });
      await approveAsPerson({ origin, cookie });
      const outcome = await fetch(`${origin}/api/connect/outcome`, { headers: { cookie } });
      return await outcome.json();
    },
  };
}

/** The accounts of a tenant, newest first. */
export async function accountsOf(stack: Stack, tenantId: string): Promise<Answer["body"][]> {
  return (await stack.call("GET", `/integrated-accounts?tenant_id=${tenantId}`)).body.data;
}
