import { DomainError, type FieldError } from "../problem/domain-error.ts";
import type { ListEndpoint, ModelMapping } from "./mapping-schema.ts";
import type { Model } from "./model.ts";

/** What a caller wants listed. */
export interface ListWish {
  readonly limit: number;
  readonly filters: Readonly<Record<string, string>>;
  readonly sort: { readonly field: string; readonly descending: boolean } | null;
}

export interface ChosenList {
  readonly name: "list" | "search";
  readonly endpoint: ListEndpoint;
}

/**
 * The endpoint that does all of what is wanted; `list` before `search`.
 * @throws DomainError unsupported_by_provider naming what none of them does
 */
export function chooseList(model: Model, { endpoints }: ModelMapping, wish: ListWish): ChosenList {
  const { list, search } = endpoints;
  const candidates = [
    ...(list === undefined ? [] : [{ name: "list", endpoint: list } as const]),
    ...(search === undefined ? [] : [{ name: "search", endpoint: search } as const]),
  ];
  if (candidates.length === 0) throw unsupported(model, "list");
  const filters = Object.keys(wish.filters);
  const sorts = wish.sort === null ? [] : [wish.sort.field];
  const found = candidates.find(
    ({ endpoint }) =>
      filters.every((one) => endpoint.filters.includes(one)) && sorts.every((one) => Object.hasOwn(endpoint.sort, one)),
  );
  if (found !== undefined) return found;
  const lacks = (one: string, of: (endpoint: ListEndpoint) => readonly string[]): boolean =>
    !candidates.some(({ endpoint }) => of(endpoint).includes(one));
  const errors: FieldError[] = [
    ...filters
      .filter((one) => lacks(one, (endpoint) => endpoint.filters))
      .map((pointer) => ({ pointer, detail: "is a filter that this provider's API can't do; see the capabilities" })),
    ...sorts
      .filter((one) => lacks(one, (endpoint) => Object.keys(endpoint.sort)))
      .map((one) => ({ pointer: "sort", detail: `${one} is nothing that this provider's API can sort by` })),
  ];
  const together = [{ pointer: "", detail: "each can be done by itself, and not all of them together" }];
  throw new DomainError("unsupported_by_provider", {
    detail: `The provider's API can't list ${model.name} so.`,
    errors: errors.length > 0 ? errors : together,
    extensions: { operation: "list" },
  });
}

/** For what the mapping of an account's integration does not have. */
export function unsupported(model: Model, operation: string): DomainError {
  return new DomainError("unsupported_by_provider", {
    detail: `This account's integration has no ${operation} of ${model.category}/${model.name}. What it has is listed by GET /api/v1/unified/capabilities.`,
    extensions: { operation },
  });
}
