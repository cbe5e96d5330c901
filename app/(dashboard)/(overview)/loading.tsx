import { PageHeader } from "../../_components/page-header.tsx";
import { Bone, ListSkeleton } from "../../_components/skeleton.tsx";

export default function OverviewLoading() {
  return (
    <>
      <PageHeader title="Overview" />
      <div className="late">
        <Bone className="my-1 h-6 w-2/3" />
        <div className="mt-6 grid gap-px overflow-hidden rounded-lg sm:grid-cols-2 xl:grid-cols-4">
          {[1, 2, 3, 4].map((figure) => (
            <Bone key={figure} className="h-[108px]" />
          ))}
        </div>
      </div>
      <div className="mt-8">
        <ListSkeleton rows={5} label="Loading the overview" />
      </div>
    </>
  );
}
