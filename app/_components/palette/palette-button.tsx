"use client";

import { Search } from "lucide-react";
import { useSyncExternalStore } from "react";
import { useOpenPalette } from "./palette-context.ts";

/** Looks like the field that it opens, and names the keys that do the same. */
export function PaletteButton() {
  const open = useOpenPalette();
  const isMac = useSyncExternalStore(
    () => () => {},
    () => /Mac|iPhone|iPad/.test(navigator.userAgent),
    () => false,
  );
  return (
    <button
      type="button"
      onClick={open}
      aria-keyshortcuts={isMac ? "Meta+K" : "Control+K"}
      className="flex h-8 w-full items-center gap-2.5 rounded-md border border-line bg-surface px-2.5 text-sm text-muted hover:border-line-strong hover:text-ink pointer-coarse:h-11"
    >
      <Search size={14} aria-hidden className="shrink-0" />
      <span className="flex-1 text-left">Search or do…</span>
      <kbd aria-hidden className="font-sans text-xs text-subtle">
        {isMac ? "⌘K" : "Ctrl K"}
      </kbd>
    </button>
  );
}

/** The same where there is no room for words. */
export function PaletteIconButton({ className }: { className: string }) {
  const open = useOpenPalette();
  return (
    <button type="button" onClick={open} aria-label="Search or do something" className={className}>
      <Search size={20} aria-hidden />
    </button>
  );
}
