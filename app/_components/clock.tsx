"use client";

import { createContext, useContext, useEffect, useState, type ReactNode } from "react";

const Now = createContext<number>(0);

/** The one clock of a page: starts at the server's instant, then ticks by the second. */
export function Clock({ startsAt, children }: { startsAt: number; children: ReactNode }) {
  const [now, setNow] = useState(startsAt);

  useEffect(() => {
    // A visitor's clock may be minutes off; the server's instants are not.
    const drift = startsAt - Date.now();
    const correction = Math.abs(drift) > 30_000 ? drift : 0;
    const tick = () => setNow(Date.now() + correction);
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
    // Only the first instant sets the clock: later ones arrive with every update of the page.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  return <Now value={now}>{children}</Now>;
}

/** Milliseconds since the epoch, new every second. */
export function useNow(): number {
  return useContext(Now);
}
