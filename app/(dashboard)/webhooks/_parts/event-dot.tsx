import { toneClasses, type Tone } from "../../../_components/status.ts";

/** How grave an event is, beside its words. */
export function EventDot({ tone }: { tone: Tone }) {
  return <span aria-hidden className={`size-2 shrink-0 rounded-full ${toneClasses[tone].solid}`} />;
}
