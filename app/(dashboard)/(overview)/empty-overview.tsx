import { Cable } from "lucide-react";
import { CodeBlock } from "../../_components/code-block.tsx";
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
        <div className="mt-4 rounded-md bg-sunken text-left text-ink">
          <CodeBlock
            label="The call that makes a link"
            code={`POST /api/v1/link-tokens\n{ "tenant_id": "acme", "integration_name": "…" }`}
          />
        </div>
      </EmptyState>
    </div>
  );
}
