import { Cable } from "lucide-react";
import { EmptyState } from "../../_components/empty-state.tsx";

/** Nothing is connected yet: the next step. */
export function EmptyOverview() {
  return (
    <div className="card mt-6">
      <EmptyState icon={Cable} title="Connect the first account">
        <p>
          Ask the API for a link, and open it in a browser as your customer would. The account appears here at the first
          click.
        </p>
        <pre className="mt-4 overflow-x-auto rounded-md bg-sunken p-3 text-left font-mono text-xs leading-5 text-ink">
          {`POST /api/v1/link-tokens\n{ "tenant_id": "acme", "integration_name": "…" }`}
        </pre>
      </EmptyState>
    </div>
  );
}
