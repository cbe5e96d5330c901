import { FlaskConical } from "lucide-react";
import { environmentLabel } from "./environment.ts";

/** Nothing in production; a coloured strip with the name everywhere else, so that nobody mistakes it. */
export function EnvironmentStrip({ environment }: { environment: string }) {
  if (environment === "production") return null;
  return (
    <section
      aria-label="Environment"
      className="sticky top-0 z-30 flex h-7 items-center justify-center gap-2 border-b-2 border-warn-solid bg-warn-soft text-xs font-medium text-warn"
    >
      <FlaskConical size={13} aria-hidden />
      <span>{environmentLabel(environment)} environment, not production</span>
    </section>
  );
}
