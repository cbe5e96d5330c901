"use client";

import { useEffect } from "react";
import { tripWindow } from "./opener-window.ts";

/** Tells the page of the product around this frame how high the card is, and when the customer left the window it opened. */
export function WatchFrame({ origin }: { origin: string }) {
  useEffect(() => watch((data) => window.parent.postMessage(data, origin)), [origin]);
  return null;
}

function watch(tell: (data: object) => void): () => void {
  const sizes = new ResizeObserver(() => {
    tell({ type: "evergrant:size", height: document.documentElement.scrollHeight });
  });
  sizes.observe(document.body);
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
