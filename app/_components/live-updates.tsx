"use client";

import { usePathname, useRouter } from "next/navigation";
import { createContext, useCallback, useContext, useEffect, useRef, useTransition, type ReactNode } from "react";
import { followEvents } from "../_browser/follow-events.ts";

/** Whatever is no event, a run's progress for instance, is looked at this often. */
const everyMs = 5_000;
/** However much happens, the page is not read more often than this. */
const leastMs = 1_000;

type Pause = () => () => void;
const PauseUpdates = createContext<Pause>(() => () => {});

/**
 * Reads the page again as soon as something happens, and every five seconds, while somebody can see it and no dialog is open. What
 * happens meanwhile is read when the dialog closes, or the page is seen again.
 */
export function LiveUpdates({ children }: { children: ReactNode }) {
  const router = useRouter();
  const watch = accountOf(usePathname());
  const pauses = useRef(0);
  const isWaiting = useRef(false);
  const readAt = useRef(0);
  const isBusy = useRef(false);
  const [isPending, startTransition] = useTransition();

  const refresh = useCallback((): boolean => {
    if (document.hidden || pauses.current > 0 || isBusy.current) return false;
    isWaiting.current = false;
    readAt.current = performance.now();
    startTransition(() => router.refresh());
    return true;
  }, [router]);

  // The first of several comes through at once, and the last of them a second later.
  const later = useRef<ReturnType<typeof setTimeout>>(undefined);
  const happened = useCallback(() => {
    const read = (): void => void (isWaiting.current = !refresh());
    clearTimeout(later.current);
    const wait = readAt.current + leastMs - performance.now();
    if (wait <= 0) read();
    else later.current = setTimeout(read, wait);
  }, [refresh]);

  useEffect(() => {
    isBusy.current = isPending;
    if (!isPending && isWaiting.current) happened();
  }, [isPending, happened]);

  useEffect(() => {
    const timer = setInterval(refresh, everyMs);
    let leave: (() => void) | null = null;
    // Who is not looking holds no connection: a browser has few of them for one site.
    const look = (): void => {
      if (document.hidden) {
        leave?.();
        leave = null;
      } else leave ??= followEvents(watch, happened);
    };
    const seen = (): void => {
      look();
      refresh();
    };
    look();
    document.addEventListener("visibilitychange", seen);
    return () => {
      clearInterval(timer);
      clearTimeout(later.current);
      leave?.();
      document.removeEventListener("visibilitychange", seen);
    };
  }, [refresh, happened, watch]);

  const pause = useCallback<Pause>(() => {
    pauses.current += 1;
    return () => {
      pauses.current -= 1;
      if (pauses.current === 0 && isWaiting.current) happened();
    };
  }, [happened]);
  return <PauseUpdates value={pause}>{children}</PauseUpdates>;
}

/** Holds updates back while `isPaused`, e.g. while a dialog is open. */
export function usePausedUpdates(isPaused: boolean): void {
  const pause = useContext(PauseUpdates);
  useEffect(() => (isPaused ? pause() : undefined), [isPaused, pause]);
}

/** The account whose page this is; null: another page. */
function accountOf(path: string): string | null {
  return /^\/accounts\/(ia_[0-9a-z]{24})$/.exec(path)?.[1] ?? null;
}
