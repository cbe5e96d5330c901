import type { Model } from "#core/domain/unified/model";
import { allModels, type unifiedModels } from "#core/domain/unified/models";

type Models = typeof unifiedModels;
type IdOf<C extends Extract<keyof Models, string>> = `${Capitalize<C>}${Capitalize<Extract<keyof Models[C], string>>}`;
type ModelId = { [C in Extract<keyof Models, string>]: IdOf<C> }[Extract<keyof Models, string>];

/** What the operations of the unified API are called: listCrmContacts, createTicketingTickets, … */
export type UnifiedRouteId = `${"list" | "get" | "create" | "update" | "delete"}${ModelId}`;

const verbs = ["list", "get", "create", "update", "delete"] as const;

export function unifiedRouteId(verb: (typeof verbs)[number], { category, name }: Model): UnifiedRouteId {
  return `${verb}${capital(category)}${capital(name)}` as UnifiedRouteId;
}

export const unifiedRouteIds: readonly UnifiedRouteId[] = allModels.flatMap((model) =>
  verbs.map((verb) => unifiedRouteId(verb, model)),
);

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
