import type { CatalogueEntry } from "../../../_queries/catalogue.ts";
import { concernsOf, isUnread, liveOf } from "../_parts/concerns.ts";

export const shows = ["all", "in_use", "set_up", "attention"] as const;
export type Show = (typeof shows)[number];

export type CatalogueFilter = { q?: string; show: Show; category?: string; format?: string };

type Query = Record<string, string | string[] | undefined>;

/** The filter that a URL asks for. What it does not know is left out. */
export function readFilter(query: Query): CatalogueFilter {
  const text = (name: string): string | undefined => {
    const value = query[name];
    const first = (Array.isArray(value) ? value[0] : value)?.trim().slice(0, 100);
    return first === "" ? undefined : first;
  };
  const [q, category, format] = [text("q"), text("category"), text("format")];
  return {
    show: shows.find((one) => one === text("show")) ?? "all",
    ...(q === undefined ? {} : { q }),
    ...(category === undefined ? {} : { category }),
    ...(format === undefined ? {} : { format }),
  };
}

/** The URL of a filter. */
export function catalogueHref({ q, show, category, format }: CatalogueFilter): string {
  const query = new URLSearchParams();
  if (q !== undefined) query.set("q", q);
  if (show !== "all") query.set("show", show);
  if (category !== undefined) query.set("category", category);
  if (format !== undefined) query.set("format", format);
  return query.size === 0 ? "/integrations" : `/integrations?${query}`;
}

/** Every word has to stand somewhere in what it is called or what it is for. */
function isNamed({ name, label, category }: CatalogueEntry, q: string): boolean {
  const said = `${name} ${label} ${category ?? ""}`.toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => said.includes(word));
}

const isShown: Record<Show, (entry: CatalogueEntry) => boolean> = {
  all: () => true,
  in_use: ({ health }) => (liveOf(health) ?? 0) > 0,
  set_up: (entry) => isOwn(entry),
  attention: (entry) => concernsOf(entry).length > 0,
};

/** Something was done for it here: a client was set, it was defined, or customers are connected. */
export function isOwn({ client, origin, health }: CatalogueEntry): boolean {
  return client === "set" || origin === "environment" || (liveOf(health) ?? 0) > 0;
}

export function applyFilter(entries: readonly CatalogueEntry[], filter: CatalogueFilter): CatalogueEntry[] {
  return narrow(entries, filter).filter(isShown[filter.show]);
}

/** All but the choice of what to show: what the tabs count among. */
export function narrow(
  entries: readonly CatalogueEntry[],
  { q, category, format }: Omit<CatalogueFilter, "show">,
): CatalogueEntry[] {
  return entries.filter(
    (entry) =>
      (q === undefined || isNamed(entry, q)) &&
      (category === undefined || entry.category === category) &&
      (format === undefined || entry.format === format),
  );
}

/** @returns null: how they do could not be read */
export function countShown(entries: readonly CatalogueEntry[], show: Show): number | null {
  if ((show === "in_use" || show === "attention") && entries.some(isUnread)) return null;
  return entries.filter(isShown[show]).length;
}
