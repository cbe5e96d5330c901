import { startFaultServer, type FaultBehaviour, type RecordedRequest } from "#lab/start-fault-server";

/** The provider of a trial: a token endpoint with moods, and everything else. */
export interface CheckServers {
  readonly tokenOrigin: string;
  readonly otherOrigin: string;
  /** What the next token request gets; those after it get the same. The second step has an answer of its own. */
  answerWith(behaviour: FaultBehaviour, second?: FaultBehaviour): void;
  /** What calls of the API get. */
  answerCallsWith(answer: (request: RecordedRequest) => FaultBehaviour): void;
  /** All that is legible of each token request since the last call. */
  takeTokenRequests(): readonly string[];
  /** What the latest request said that was pushed ahead of somebody (RFC 9126); empty where none was. */
  takePushed(): Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export interface TokenPaths {
  /** At the token endpoint's origin. */
  readonly tokens: readonly string[];
  /** At the other one. */
  readonly secondStep: string | null;
}

/** @param paths null: there is no token endpoint */
export async function startCheckServers(pathsAt: (origins: Origins) => TokenPaths | null): Promise<CheckServers> {
  const [tokens, others] = await Promise.all([startFaultServer(), startFaultServer()]);
  const origins = { tokenOrigin: tokens.origin, otherOrigin: others.origin };
  const paths = pathsAt(origins) ?? { tokens: [], secondStep: null };
  let behaviour: FaultBehaviour = kindly();
  let second: FaultBehaviour = kindly();
  let call: (request: RecordedRequest) => FaultBehaviour = kindly;
  let taken: string[] = [];
  let pushed: Readonly<Record<string, string>> = {};
  tokens.respondWith((request) => {
    if (!paths.tokens.includes(pathOf(request))) {
      pushed = parametersOf(request);
      return kindly();
    }
    taken.push(legible(request));
    return behaviour;
  });
  others.respondWith((request) => (pathOf(request) === paths.secondStep ? second : call(request)));
  return {
    ...origins,
    answerWith(next, nextSecond = kindly()) {
      behaviour = next;
      second = nextSecond;
      taken = [];
    },
    answerCallsWith(answer) {
      call = answer;
    },
    takeTokenRequests() {
      const requests = taken;
      taken = [];
      return requests;
    },
    takePushed() {
      const parameters = pushed;
      pushed = {};
      return parameters;
    },
    async close() {
      await Promise.all([tokens.close(), others.close()]);
    },
  };
}

export interface Origins {
  readonly tokenOrigin: string;
  readonly otherOrigin: string;
}

export function pathOf({ url }: Pick<RecordedRequest, "url">): string {
  return url.replace(/\?.*$/, "");
}

function parametersOf({ body, form, headers }: RecordedRequest): Readonly<Record<string, string>> {
  return headers["content-type"]?.includes("json") === true ? (JSON.parse(body) as Record<string, string>) : form;
}

/** A token is found in it however it was sent: in a form, as JSON, in the address. */
function legible({ url, body, form }: RecordedRequest): string {
  const query = new URLSearchParams(url.replace(/^[^?]*\??/, ""));
  return [url, ...query.values(), body, ...Object.values(form)].join("\n");
}

/** What introspection says in a trial, seconds. */
export const introspectedSeconds = 1800;

/** Good for an introspection, a revocation, a pushed request, a call of the API: whoever asks finds what he needs in it. */
export function kindly(): FaultBehaviour {
  const exp = Math.floor(Date.now() / 1000) + introspectedSeconds;
  const body = { active: true, exp, id: "1", name: "check", request_uri: "urn:check:1", expires_in: 60 };
  return { kind: "json", status: 200, body };
}
