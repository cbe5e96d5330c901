"use client";

import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";

/** In a row that scrolls sideways: brings what is current into sight, which on a phone may lie behind the edge. */
export function ScrollToCurrent() {
  const pathname = usePathname();
  const marker = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const row = marker.current?.parentElement;
    if (row === null || row === undefined) return;
    const bring = (): void => {
      const active = row.querySelector<HTMLElement>("[aria-current]");
      if (active === null) return;
      const [inner, outer] = [active.getBoundingClientRect(), row.getBoundingClientRect()];
      if (inner.left < outer.left || inner.right > outer.right)
        row.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
    };
    // It tells of the first size, too, and of a phone that is turned.
    const observer = new ResizeObserver(bring);
    observer.observe(row);
    return () => observer.disconnect();
  }, [pathname]);
  return <span ref={marker} hidden />;
}
