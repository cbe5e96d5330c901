import { startFaultServer, type FaultBehaviour, type RecordedRequest } from "#lab/start-fault-server";
import { introspectedSeconds } from "./scenarios.ts";

/** The provider of a check: a token endpoint with moods, and everything else, which always means well. */
export interface CheckServers {
  readonly tokenOrigin: string;
  readonly otherOrigin: string;
  /** Which paths at the token endpoint's host are the token endpoint. */
  serve(paths: readonly string[]): void;
  /** What the next token request gets; those after it get the same. */
  answerWith(behaviour: FaultBehaviour): void;
  /** Address and body of the token requests since the last call. */
  takeTokenRequests(): readonly string[];
  close(): Promise<void>;
}

export async function startCheckServers(): Promise<CheckServers> {
  const [tokens, others] = await Promise.all([startFaultServer(), startFaultServer()]);
  let paths: readonly string[] = [];
  let behaviour: FaultBehaviour = kindly();
  let taken: string[] = [];
  tokens.respondWith((request) => {
    if (!paths.includes(pathOf(request))) return kindly();
    taken.push(`${request.url}\n${request.body}`);
    return behaviour;
  });
  others.respondWith(kindly);
  return {
    tokenOrigin: tokens.origin,
    otherOrigin: others.origin,
    serve(next) {
      paths = next;
    },
    answerWith(next) {
      behaviour = next;
      taken = [];
    },
    takeTokenRequests() {
      const requests = taken;
      taken = [];
      return requests;
    },
    async close() {
      await Promise.all([tokens.close(), others.close()]);
    },
  };
}

function pathOf(request: RecordedRequest): string {
  return request.url.replace(/\?.*$/, "");
}

/** Good for an introspection, a revocation, a call of the API: whoever asks finds what he needs in it. */
function kindly(): FaultBehaviour {
  const exp = Math.floor(Date.now() / 1000) + introspectedSeconds;
  return { kind: "json", status: 200, body: { active: true, exp, id: "1", name: "check" } };
}
