"use client";

import { useEffect } from "react";

/** Browsers let a script close only a window that a script opened; elsewhere nothing happens. */
export function CloseWindow() {
  useEffect(() => window.close(), []);
  return null;
}
