"use client";

import { useRouter } from "next/navigation";
import type { EndpointView } from "#api/schemas/webhook";
import { sendToApi } from "../../../../_browser/send-to-api.ts";
import { EndpointForm } from "../../_parts/endpoint-form.tsx";

/** Changes where events go, which, and how it is called. */
export function EditEndpoint({ endpoint }: { endpoint: EndpointView }) {
  const router = useRouter();
  const href = `/webhooks/${endpoint.id}`;
  return (
    <EndpointForm
      draft={endpoint}
      isNew={false}
      words={{ action: "Save changes", doing: "Saving…", failed: "Nothing was changed" }}
      cancelHref={href}
      send={({ url, events, description }) =>
        sendToApi<EndpointView>("PATCH", `/webhook-endpoints/${endpoint.id}`, {
          ...(url === "" ? {} : { url }),
          events,
          description,
        })
      }
      onDone={() => {
        router.push(href);
        router.refresh();
      }}
    />
  );
}
