import { PageHeader } from "../../../_components/page-header.tsx";
import { ListSkeleton } from "../../../_components/skeleton.tsx";

export default function EnvironmentsLoading() {
  return (
    <>
      <PageHeader title="Settings" />
      <ListSkeleton rows={3} label="Loading the environments" />
    </>
  );
}
