"use client";

import { useEffect, useRef, type ReactNode } from "react";
import { tripWindow } from "./opener-window.ts";

type Props = { origin: string; children: ReactNode };

/** Tells the page of the product around this frame how high the card is, and when the customer left the window it opened. */
export function WatchFrame({ origin, children }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const card = ref.current;
    return card === null ? undefined : watch(card, (data) => window.parent.postMessage(data, origin));
  }, [origin]);
  // As high as its content: as high as the frame, it would make the frame higher and itself with it.
  return (
    <div ref={ref} className="[&>main]:min-h-0">
      {children}
    </div>
  );
}

function watch(card: HTMLElement, tell: (data: object) => void): () => void {
  const sizes = new ResizeObserver(() => {
    tell({ type: "evergrant:size", height: Math.ceil(card.getBoundingClientRect().height) });
  });
  sizes.observe(card);
  let trip: Window | null = null;
  // Before the form is sent: its target opens as a window of this size, not as a tab.
  const open = () => {
    trip = window.open("", tripWindow, "popup,width=480,height=760");
  };
  const timer = setInterval(() => {
    if (trip?.closed !== true) return;
    trip = null;
    // As when a page comes back from the browser's memory: the form may be sent again.
    window.dispatchEvent(new Event("pageshow"));
    tell({ type: "evergrant:left" });
  }, 500);
  document.addEventListener("submit", open);
  return () => {
    sizes.disconnect();
    clearInterval(timer);
    document.removeEventListener("submit", open);
  };
}
