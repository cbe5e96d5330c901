"use client";

import type { ApiKeyView } from "#api/schemas/api-key";
import { useNow } from "../../../../_components/clock.tsx";
import { Explanation } from "../../../../_components/explanation.tsx";
import { StatusMark } from "../../../../_components/status-mark.tsx";
import { explainKey, lookOfKey } from "../_parts/key-words.ts";

export function KeyMark({ apiKey }: { apiKey: ApiKeyView }) {
  return <StatusMark condition={lookOfKey(apiKey, useNow())} variant="pill" />;
}

/** How it stands, and whose move it is. */
export function KeyExplanation({ apiKey }: { apiKey: ApiKeyView }) {
  const now = useNow();
  return <Explanation look={lookOfKey(apiKey, now)} {...explainKey(apiKey, now)} />;
}
