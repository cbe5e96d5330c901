import { ListSkeleton } from "../../../../_components/skeleton.tsx";
import { WebhooksHeader } from "../../_parts/webhooks-header.tsx";

export default function EventsLoading() {
  return (
    <>
      <WebhooksHeader active="events" />
      <div className="mt-14">
        <ListSkeleton rows={12} label="Loading the events" />
      </div>
    </>
  );
}
