import { MousePointerClick } from "lucide-react";
import type { Command } from "./command.ts";

/** More than that is a list, and no action of the page. */
const most = 8;

/**
 * What the page behind offers, as its own buttons: what somebody may not do is not on it, and so not here. Buttons of single rows and
 * of forms are left where they stand: without what is beside them nobody knows what they do.
 */
export function actionsOfPage(): Command[] {
  const main = document.querySelector("main");
  if (main === null) return [];
  const found = [...main.querySelectorAll<HTMLElement>("button:not([type=submit]), header a[href], a[data-action]")];
  const named = new Map<string, Command>();
  for (const element of found) {
    const isOfPart = element.closest("li, tr, form, fieldset, [inert], nav, summary") !== null;
    if (isOfPart || element.matches(":disabled, [aria-disabled=true]") || element.getClientRects().length === 0)
      continue;
    const title = (element.getAttribute("aria-label") ?? element.textContent ?? "").trim();
    if (title === "" || title.length > 60) continue;
    named.set(title, { id: `press ${title}`, title, icon: MousePointerClick, does: { kind: "press", element } });
  }
  return [...named.values()].slice(0, most);
}
