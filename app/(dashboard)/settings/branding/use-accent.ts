import { useEffect, useState } from "react";
import type { AccentView } from "#api/schemas/branding";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import type { BrandDraft } from "./brand-draft.ts";

const pauseMs = 200;
const hex = /^#[0-9a-f]{6}$/i;

/** How the accent would be read, as the API judges it, a moment after it was typed. Of what is no colour: null. */
export function useAccent(accent: BrandDraft["accent"], first: AccentView | null): AccentView | null {
  const [judged, setJudged] = useState(first);
  const { light, dark } = accent ?? { light: "", dark: "" };
  useEffect(() => {
    const query = new URLSearchParams();
    if (hex.test(light)) query.set("light", light);
    if (hex.test(dark)) query.set("dark", dark);
    if (query.size === 0) return undefined;
    let isCurrent = true;
    const timer = setTimeout(() => {
      void sendToApi<AccentView>("GET", `/environment/accent?${query}`).then((answer) => {
        if (isCurrent && answer.kind === "ok") setJudged(answer.value);
      });
    }, pauseMs);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [light, dark]);
  return accent === null ? null : judged;
}
