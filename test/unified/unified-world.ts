import { createPossessionProofs } from "#adapters/oauth/possession-proofs";
import { integrationDocumentSchema } from "#core/domain/integration/integration-document";
import type { Overrides } from "#core/domain/integration/overrides";
import { findModel } from "#core/domain/unified/models";
import type { Expressions } from "#core/ports/expressions";
import { createByteBudget } from "#core/usecases/byte-budget";
import { createCallPlaces } from "#core/usecases/call-places";
import type { UnifiedCall, UnifiedPorts } from "#core/usecases/unified/unified-ports";
import { imitations, type ProviderImitation } from "#lab/imitations/imitations";
import type { ImitatedAnswer, Json } from "#lab/imitations/imitation";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { createWorld, environmentId, type World } from "#test/fakes/world";
import { imitatedIntegration } from "./imitated-integration.ts";

export type Asked = { method: string; path: string; query: string; body: Json; token: string };

export type UnifiedWorld = {
  world: World;
  ports: UnifiedPorts;
  provider: ProviderImitation;
  asked: Asked[];
  /** Comes before the provider's own answer, as often as it answers something. */
  intercept: (asked: Asked) => ImitatedAnswer | "lost" | null;
  call(category: string, model: string, changes?: Partial<UnifiedCall>): UnifiedCall;
};

const origin = "https://api.imitated.example";

/** A process, and the imitation of a provider behind it. */
export async function openUnifiedWorld(
  name: string,
  options: { environment?: Overrides; account?: Overrides; expressions?: Expressions } = {},
): Promise<UnifiedWorld> {
  const provider = imitations[name]?.();
  if (provider === undefined) throw new Error(`nobody imitates ${name}`);
  const document = integrationDocumentSchema.parse({
    ...exampleDocument(),
    ...imitatedIntegration(name, provider, origin),
  });
  const world = await createWorld({ document });
  const configured = await world.integrations.find(environmentId, document.name);
  if (configured === null) throw new Error("not defined");
  if (options.environment !== undefined) world.integrations.set({ ...configured, overrides: options.environment });
  await world.addAccount({ expiresInSeconds: 3000, ageSeconds: 60, overrides: options.account ?? {} });
  const opened: UnifiedWorld = {
    world,
    provider,
    asked: [],
    intercept: () => null,
    ports: {
      ...world,
      ...(options.expressions === undefined ? {} : { expressions: options.expressions }),
      streams: {
        async send({ method, path: target, body, headers }) {
          let text = "";
          if (body !== null) for await (const chunk of body) text += Buffer.from(chunk).toString();
          const [path = "", query = ""] = target.split("?");
          const token = headers.find(([key]) => key.toLowerCase() === "authorization")?.[1] ?? "";
          const asked: Asked = { method, path, query, body: text === "" ? null : JSON.parse(text), token };
          opened.asked.push(asked);
          const answer =
            opened.intercept(asked) ??
            provider.answer({ method, path, query: new URLSearchParams(query), body: asked.body }, origin);
          if (answer === "lost") return { kind: "failed", cause: "lost", detail: "" };
          const given = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
          const fields = { "content-type": "application/json", ...answer.headers };
          return {
            kind: "answer",
            status: answer.status,
            headers: Object.entries(fields),
            body: chunks(given ?? ""),
            leave: () => {},
          };
        },
      },
      proofs: createPossessionProofs(world.clock),
      renewalHistory: { refreshedForRejection: async () => [] },
      callPlaces: createCallPlaces(10),
      pagePlaces: createCallPlaces(1),
      heldBytes: createByteBudget(),
      unifiedPlaces: createCallPlaces(4),
      unifiedRoom: createCallPlaces(8),
      unifiedShares: createCallPlaces(8),
      decodeBody: async (bytes) => Buffer.from(bytes).toString("utf8"),
    },
    call(category, model, changes = {}) {
      const found = findModel(category, model);
      if (found === null) throw new Error(`there is no model ${model}`);
      return {
        environmentId,
        actor: "key_test",
        isVisible: () => true,
        accountId: "ia_one",
        model: found,
        wantsRaw: false,
        signal: new AbortController().signal,
        onWait: () => {},
        ...changes,
      };
    },
  };
  return opened;
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  if (text !== "") yield Buffer.from(text);
}

export const everything = { limit: 50, filters: {}, sort: null } as const;
