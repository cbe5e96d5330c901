"use client";

import { useRouter } from "next/navigation";
import { createContext, useCallback, useContext, useEffect, useRef, useTransition, type ReactNode } from "react";

const everyMs = 5000;

type Pause = () => () => void;
const PauseUpdates = createContext<Pause>(() => () => {});

/** Reads the page again every five seconds while somebody can see it and no dialog is open. */
export function LiveUpdates({ children }: { children: ReactNode }) {
  const router = useRouter();
  const pauses = useRef(0);
  const [isPending, startTransition] = useTransition();
  const isBusy = useRef(false);
  useEffect(() => {
    isBusy.current = isPending;
  }, [isPending]);

  const refresh = useCallback(() => {
    if (document.hidden || pauses.current > 0 || isBusy.current) return;
    startTransition(() => router.refresh());
  }, [router]);

  useEffect(() => {
    const timer = setInterval(refresh, everyMs);
    document.addEventListener("visibilitychange", refresh);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", refresh);
    };
  }, [refresh]);

  const pause = useCallback<Pause>(() => {
    pauses.current += 1;
    return () => {
      pauses.current -= 1;
    };
  }, []);
  return <PauseUpdates value={pause}>{children}</PauseUpdates>;
}

/** Holds updates back while `isPaused`, e.g. while a dialog is open. */
export function usePausedUpdates(isPaused: boolean): void {
  const pause = useContext(PauseUpdates);
  useEffect(() => (isPaused ? pause() : undefined), [isPaused, pause]);
}
