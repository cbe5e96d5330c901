"use client";

import { useEffect } from "react";

/** Closes the window that the dialog opened. Where the way over the provider took its name away, it stays, and says what to do. */
export function CloseWindow() {
  useEffect(() => {
    if (window.name === "evergrant-confirm") window.close();
  }, []);
  return null;
}
