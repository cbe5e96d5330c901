import { ChevronRight } from "lucide-react";
import type { ComponentProps } from "react";
import { Monogram } from "../../_components/monogram.tsx";
import { IntegrationForm, type Integration } from "./integration-form.tsx";

type Props = Omit<ComponentProps<typeof IntegrationForm>, "integration"> & { integrations: Integration[] };

/** One of several: each unfolds to its own form, one at a time, without a script. */
export function IntegrationChoice({ integrations, ...form }: Props) {
  return (
    <div className="mt-5 divide-y divide-line overflow-hidden rounded-md border border-line">
      {integrations.map((integration) => (
        <details
          key={integration.name}
          name="integration"
          open={form.attempt?.integration_name === integration.name}
          className="group"
        >
          <summary className="flex min-h-12 list-none items-center gap-3 px-3 font-medium -outline-offset-2 hover:bg-sunken">
            <Monogram name={integration.label} />
            <span className="min-w-0 flex-1 py-2 wrap-anywhere">{integration.label}</span>
            <ChevronRight
              size={16}
              aria-hidden
              className="shrink-0 text-subtle transition-transform duration-100 group-open:rotate-90"
            />
          </summary>
          <div className="px-3 pb-4">
            <IntegrationForm integration={integration} {...form} />
          </div>
        </details>
      ))}
    </div>
  );
}
