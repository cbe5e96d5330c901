export type ConnectInput = {
  /** The authorization request, on the lab's origin. */
  authorizeUrl: string;
  /** An id such as `ada`. */
  person: string;
  /** Default true. False presses "Deny". */
  allow?: boolean | undefined;
  /** Which of the optional scopes stay ticked. Default: all that were asked for. */
  scopes?: string[] | undefined;
};

const maxSteps = 12;

/** Walks the lab's sign-in and consent pages as a browser would, and returns the first redirect that leads away from the lab. */
export async function connectAsPerson(input: ConnectInput): Promise<{ callbackUrl: string }> {
  const origin = new URL(input.authorizeUrl).origin;
  const cookies = new Map<string, string>();
  let step: Step = { url: new URL(input.authorizeUrl), form: null };

  for (let count = 0; count < maxSteps; count += 1) {
    const response = await send(step, cookies);
    keepCookies(response, cookies);
    const location = response.headers.get("location");
    if (location !== null && response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      const target = new URL(location, step.url);
      if (target.origin !== origin) return { callbackUrl: target.href };
      step = { url: target, form: null };
      continue;
    }
    const page = await response.text();
    if (!response.ok)
      throw new Error(`The lab answered ${response.status} at ${step.url.pathname}: ${readTitle(page)}`);
    step = fillPage(page, step.url, input);
  }
  throw new Error(`The lab led nowhere in ${maxSteps} steps`);
}

type Step = { url: URL; form: URLSearchParams | null };

function send({ url, form }: Step, cookies: Map<string, string>): Promise<Response> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const method = form === null ? "GET" : "POST";
  return fetch(url, { method, body: form, redirect: "manual", headers: { cookie, accept: "text/html" } });
}

/** Chooses the person on the first page and decides on the second. */
function fillPage(page: string, url: URL, input: ConnectInput): Step {
  const action = /<form method="post" action="([^"]+)"/.exec(page)?.[1];
  if (action === undefined) throw new Error(`No form to fill at ${url.pathname}: ${readTitle(page)}`);
  const form = new URLSearchParams({ person: input.person });
  if (action.endsWith("/consent")) {
    form.set("decision", (input.allow ?? true) ? "allow" : "deny");
    for (const [, scope] of page.matchAll(/name="scope" value="([^"]+)"/g)) {
      if (scope !== undefined && (input.scopes?.includes(scope) ?? true)) form.append("scope", scope);
    }
  }
  return { url: new URL(action, url), form };
}

function keepCookies(response: Response, cookies: Map<string, string>): void {
  for (const line of response.headers.getSetCookie()) {
    const [pair = "", ...attributes] = line.split(";");
    const at = pair.indexOf("=");
    const expires = attributes.map((one) => /^\s*expires=(.+)$/i.exec(one)?.[1]).find((one) => one !== undefined);
    const isGone = expires !== undefined && Date.parse(expires) <= Date.now();
    if (isGone) cookies.delete(pair.slice(0, at));
    else cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
}

function readTitle(page: string): string {
  return /<title>([^<]*)<\/title>/.exec(page)?.[1] ?? "no title";
}
