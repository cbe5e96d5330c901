import type { ReactNode } from "react";
import { OwnScript } from "./own-script.tsx";
import { pageScript } from "./page-script.ts";

export default function ConnectLayout({ children }: { children: ReactNode }) {
  return (
    <>
      {children}
      <OwnScript run={pageScript} given={[]} />
    </>
  );
}
