import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import { classNames } from "../../_components/class-names.ts";
import { toneClasses } from "../../_components/status.ts";
import type { Wellness } from "./wellness.ts";

const icons = { good: CircleCheck, info: Info, warn: TriangleAlert, bad: CircleAlert };

export function WellnessSentence({ wellness }: { wellness: Wellness }) {
  const Icon = icons[wellness.tone];
  return (
    <p className="flex max-w-3xl gap-3 text-lg text-balance">
      <Icon size={20} aria-hidden className={classNames("mt-0.5 shrink-0", toneClasses[wellness.tone].text)} />
      <span>
        <strong className="font-semibold">{wellness.lead}</strong> <span className="text-muted">{wellness.rest}</span>
      </span>
    </p>
  );
}
