import type { LucideIcon } from "lucide-react";
import type { Theme } from "../theme.ts";

export type Command = {
  /** Unique in the palette. */
  id: string;
  title: string;
  /** What stands behind the title. */
  hint?: string;
  /** Other words for it. */
  keywords?: string;
  icon: LucideIcon;
  /** Keys that do the same, one after the other. */
  keys?: string;
  does: Deed;
};

export type Deed =
  | { kind: "go"; href: string }
  | { kind: "theme"; theme: Theme }
  | { kind: "environment"; name: string }
  | { kind: "shortcuts" }
  | { kind: "sign_out" }
  /** A button or link of the page behind: it is pressed as if by hand, so it can do no more than there. */
  | { kind: "press"; element: HTMLElement };

export type CommandGroup = { value: string; items: Command[] };
