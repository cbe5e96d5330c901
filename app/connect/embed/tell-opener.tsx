"use client";

import { useEffect } from "react";
import type { ConnectOutcomeView } from "#api/schemas/connect";
import { productWindow } from "./opener-window.ts";

type Opener = NonNullable<ConnectOutcomeView["opener"]>;
type Props = { opener: Opener; /** Nothing more to say or to choose here. */ isDone: boolean };

/** Long enough to see that it went well. */
const showMs = 1500;

/** Tells the one page that embeds this trip, and no other, what came of it. */
export function TellOpener({ opener: { origin, result }, isDone }: Props) {
  const words = JSON.stringify(result);
  useEffect(() => {
    productWindow()?.postMessage({ type: "evergrant:outcome", result: JSON.parse(words) }, origin);
    if (!isDone) return undefined;
    const timer = setTimeout(() => window.close(), showMs);
    return () => clearTimeout(timer);
  }, [words, origin, isDone]);
  return null;
}
