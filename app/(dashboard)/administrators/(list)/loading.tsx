import { PageHeader } from "../../../_components/page-header.tsx";
import { ListSkeleton } from "../../../_components/skeleton.tsx";

export default function AdministratorsLoading() {
  return (
    <>
      <PageHeader title="Administrators" />
      <ListSkeleton rows={4} label="Loading the administrators" />
    </>
  );
}
