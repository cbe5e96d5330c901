import { PageHeader } from "../../_components/page-header.tsx";
import { Bone, ListSkeleton } from "../../_components/skeleton.tsx";

export default function AuditLoading() {
  return (
    <>
      <PageHeader title="Audit log" />
      <div className="card late h-[117px] p-4 max-lg:h-[240px]">
        <Bone className="h-3 w-1/4" />
      </div>
      <div className="mt-14">
        <ListSkeleton rows={12} label="Loading the records" />
      </div>
    </>
  );
}
