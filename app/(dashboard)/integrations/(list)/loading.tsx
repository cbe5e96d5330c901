import { PageHeader } from "../../../_components/page-header.tsx";
import { Bone, ListSkeleton } from "../../../_components/skeleton.tsx";

export default function IntegrationsLoading() {
  return (
    <>
      <PageHeader title="Integrations" />
      <div className="late flex h-9 items-center gap-5 border-b border-line">
        <Bone className="h-3 w-12" />
        <Bone className="h-3 w-16" />
        <Bone className="h-3 w-16" />
      </div>
      <div className="late flex gap-2 py-3">
        <Bone className="h-8 w-72 rounded-md" />
        <Bone className="h-8 w-44 rounded-md" />
      </div>
      <ListSkeleton rows={8} label="Loading the integrations" />
    </>
  );
}
