import { Bone, ListSkeleton } from "../../../../_components/skeleton.tsx";

export default function IntegrationLoading() {
  return (
    <>
      <h1 className="sr-only">Integration</h1>
      <div className="late mb-4 flex items-center gap-3 pt-9">
        <Bone className="size-8 rounded-md" />
        <Bone className="h-5 w-48" />
      </div>
      <div className="late mb-6 flex h-9 items-center gap-5 border-b border-line">
        <Bone className="h-3 w-28" />
        <Bone className="h-3 w-14" />
        <Bone className="h-3 w-20" />
      </div>
      <ListSkeleton rows={5} label="Loading the integration" />
    </>
  );
}
