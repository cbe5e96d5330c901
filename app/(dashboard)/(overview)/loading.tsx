import { PageHeader } from "../../_components/page-header.tsx";
import { Bone, ListSkeleton } from "../../_components/skeleton.tsx";

export default function OverviewLoading() {
  return (
    <>
      <PageHeader title="Overview" />
      <div className="late">
        <Bone className="my-1 h-6 w-2/3" />
        <Bone className="mt-6 h-[92px] w-full rounded-lg" />
      </div>
      <div className="mt-8">
        <ListSkeleton rows={5} label="Loading the overview" />
      </div>
    </>
  );
}
