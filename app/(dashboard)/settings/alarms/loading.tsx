import { PageHeader } from "../../../_components/page-header.tsx";
import { ListSkeleton } from "../../../_components/skeleton.tsx";

export default function AlarmsLoading() {
  return (
    <>
      <PageHeader title="Settings" />
      <ListSkeleton rows={5} label="Loading the alarms' rules" />
    </>
  );
}
