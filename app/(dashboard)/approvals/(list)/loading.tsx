import { ListSkeleton } from "../../../_components/skeleton.tsx";
import { ApprovalsHeader } from "../_parts/approvals-header.tsx";

export default function ApprovalsLoading() {
  return (
    <>
      <ApprovalsHeader state="open" open={null} />
      <div className="mt-4">
        <ListSkeleton rows={4} label="Loading the requests" />
      </div>
    </>
  );
}
