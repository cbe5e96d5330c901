import type { AccountDetailView } from "#api/schemas/account";

type Effective = AccountDetailView["effective"];
export type Origin = Effective[string]["origin"];

/** Levels, from the most to the least specific: the most specific wins, field by field. */
export const origins: Record<Origin, { label: string; look: string }> = {
  account: { label: "This account", look: "bg-accent-soft text-accent-ink font-medium" },
  environment: { label: "Environment", look: "bg-info-soft text-info font-medium" },
  platform: { label: "Platform", look: "bg-sunken text-muted" },
};

const order = Object.keys(origins) as Origin[];

export type FoundValue = { pointer: string; path: string[]; value: unknown; origin: Origin };

/** Values whose path or text has every word that is searched for; what somebody changed comes before what was so already. */
export function findValues(effective: Effective, search: string, origin: Origin | null): FoundValue[] {
  const words = search
    .toLowerCase()
    .split(/[\s/.›]+/)
    .filter((word) => word !== "");
  return Object.entries(effective)
    .map(([pointer, entry]): FoundValue => ({
      pointer,
      path: pathOf(pointer),
      value: entry.value,
      origin: entry.origin,
    }))
    .filter((one) => origin === null || one.origin === origin)
    .filter(({ path, value }) => {
      const text = `${path.join(" ")} ${wordValue(value)}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .toSorted(
      (one, other) =>
        order.indexOf(one.origin) - order.indexOf(other.origin) ||
        (one.pointer < other.pointer ? -1 : Number(one.pointer !== other.pointer)),
    );
}

/** RFC 6901. */
function pathOf(pointer: string): string[] {
  const path = pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  return path.length === 0 ? [""] : path;
}

export function wordValue(value: unknown): string {
  if (value === null) return "none";
  if (typeof value === "string") return value === "" ? "empty" : value;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(wordValue).join(", ");
  return JSON.stringify(value);
}
