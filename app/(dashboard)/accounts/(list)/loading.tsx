import { PageHeader } from "../../../_components/page-header.tsx";
import { Bone, ListSkeleton } from "../../../_components/skeleton.tsx";

export default function AccountsLoading() {
  return (
    <>
      <PageHeader title="Accounts" />
      <div className="late flex h-9 items-center gap-5 border-b border-line">
        <Bone className="h-3 w-12" />
        <Bone className="h-3 w-20" />
        <Bone className="h-3 w-36" />
      </div>
      <div className="late flex gap-2 py-3">
        <Bone className="h-8 w-60 rounded-md" />
        <Bone className="h-8 w-60 rounded-md" />
      </div>
      <ListSkeleton rows={12} label="Loading the accounts" />
    </>
  );
}
