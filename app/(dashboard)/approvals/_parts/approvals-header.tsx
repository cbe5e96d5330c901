import { PageHeader } from "../../../_components/page-header.tsx";
import { Tab, TabCount, Tabs } from "../../../_components/tabs.tsx";

type Props = { state: "open" | "over"; open: number | null };

/** The head of both lists: what waits, and what came of the rest. */
export function ApprovalsHeader({ state, open }: Props) {
  return (
    <>
      <PageHeader title="Approvals" />
      <Tabs label="Requests">
        <Tab href="/approvals" isActive={state === "open"}>
          Open
          <TabCount value={open === 0 ? null : open} />
        </Tab>
        <Tab href="/approvals?state=over" isActive={state === "over"}>
          Over
        </Tab>
      </Tabs>
    </>
  );
}
