import { PageHeader } from "../../../../_components/page-header.tsx";
import { ListSkeleton } from "../../../../_components/skeleton.tsx";

export default function RunsLoading() {
  return (
    <>
      <PageHeader title="Bulk runs" />
      <ListSkeleton rows={8} label="Loading the runs" />
    </>
  );
}
