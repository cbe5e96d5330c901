import { ListSkeleton } from "../../../_components/skeleton.tsx";
import { WebhooksHeader } from "../_parts/webhooks-header.tsx";

export default function WebhooksLoading() {
  return (
    <>
      <WebhooksHeader active="endpoints" />
      <div className="mt-4">
        <ListSkeleton rows={4} label="Loading the endpoints" />
      </div>
    </>
  );
}
