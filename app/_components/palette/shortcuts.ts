/** Where `g` and one more key lead. */
export const ways: readonly { key: string; href: string; label: string }[] = [
  { key: "o", href: "/", label: "Overview" },
  { key: "a", href: "/accounts", label: "Accounts" },
  { key: "i", href: "/integrations", label: "Integrations" },
  { key: "w", href: "/webhooks", label: "Webhooks" },
  { key: "e", href: "/webhooks/events", label: "Events" },
  { key: "p", href: "/approvals", label: "Approvals" },
  { key: "l", href: "/audit", label: "Audit log" },
  { key: "k", href: "/keys", label: "Keys" },
  { key: "m", href: "/administrators", label: "Administrators" },
  { key: "s", href: "/settings", label: "Settings" },
];

export function keysTo(href: string): string | null {
  const way = ways.find((one) => one.href === href);
  return way === undefined ? null : `g ${way.key}`;
}

/** So long after `g` the second key counts, milliseconds. */
const togetherMs = 1500;

export type Heard = { kind: "palette" } | { kind: "list" } | { kind: "go"; href: string } | null;

/** What a key asks for. Keys that come one after the other are remembered in between. */
export function createListener(): (
  key: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">,
  at: number,
  single: boolean,
) => Heard {
  let begunAt: number | null = null;
  return ({ key, ctrlKey, metaKey, altKey }, at, single) => {
    const isCommand = (ctrlKey || metaKey) && !altKey && key.toLowerCase() === "k";
    if (isCommand) {
      begunAt = null;
      return { kind: "palette" };
    }
    const begun = begunAt;
    begunAt = null;
    // Single keys can be turned off (WCAG 2.1.4), and are nothing while somebody types.
    if (!single || ctrlKey || metaKey || altKey) return null;
    if (begun !== null && at - begun <= togetherMs) {
      const way = ways.find((one) => one.key === key.toLowerCase());
      if (way !== undefined) return { kind: "go", href: way.href };
    }
    if (key === "?") return { kind: "list" };
    if (key === "g") begunAt = at;
    return null;
  };
}
