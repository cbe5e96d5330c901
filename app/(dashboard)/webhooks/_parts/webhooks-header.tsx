import { Plus } from "lucide-react";
import Link from "next/link";
import { buttonClass } from "../../../_components/button.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { Tab, Tabs } from "../../../_components/tabs.tsx";

type Props = { active: "endpoints" | "events"; mayAdd?: boolean };

/** The head of both lists: where events go, and what happened. */
export function WebhooksHeader({ active, mayAdd = false }: Props) {
  return (
    <>
      <PageHeader title={active === "endpoints" ? "Webhooks" : "Events"}>
        {mayAdd && (
          <Link href="/webhooks/new" prefetch={false} className={buttonClass("primary")}>
            <Plus size={14} aria-hidden />
            Add endpoint
          </Link>
        )}
      </PageHeader>
      <Tabs label="Webhooks">
        <Tab href="/webhooks" isActive={active === "endpoints"} current="page">
          Endpoints
        </Tab>
        <Tab href="/webhooks/events" isActive={active === "events"} current="page">
          Events
        </Tab>
      </Tabs>
    </>
  );
}
