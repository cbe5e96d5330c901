"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

const everyMs = 2500;

/** Asks again until the outcome is known. */
export function RefreshWhileWaiting() {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) router.refresh();
    }, everyMs);
    return () => clearInterval(timer);
  }, [router]);
  return null;
}
