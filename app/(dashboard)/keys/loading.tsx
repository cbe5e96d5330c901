import { PageHeader } from "../../_components/page-header.tsx";
import { ListSkeleton } from "../../_components/skeleton.tsx";

export default function KeysLoading() {
  return (
    <>
      <PageHeader title="Keys" />
      <ListSkeleton rows={4} label="Loading the keys" />
    </>
  );
}
