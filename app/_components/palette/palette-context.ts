"use client";

import { createContext, useContext } from "react";

/** Opens the palette from wherever a button for it stands. */
export const OpenPalette = createContext<() => void>(() => {});

export function useOpenPalette(): () => void {
  return useContext(OpenPalette);
}
