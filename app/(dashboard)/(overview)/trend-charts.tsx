"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { Bone } from "../../_components/skeleton.tsx";
import type { LoadData, TrendData } from "./trend-data.ts";
import { TrendTable } from "./trend-table.tsx";

/** Only this page draws, and only in a browser: the library is as large as the rest of it. */
const DrawnCharts = dynamic(async () => (await import("./drawn-charts.tsx")).DrawnCharts, {
  ssr: false,
  loading: () => <ChartBones />,
});

export function TrendCharts({ trend, load }: { trend: TrendData; load: LoadData | null }) {
  const [isTable, setIsTable] = useState(false);
  return (
    <>
      <DrawnCharts trend={trend} load={load} />
      <details className="group mt-2" onToggle={(event) => setIsTable(event.currentTarget.open)}>
        <summary className="inline-flex h-8 items-center rounded-md text-sm font-medium text-accent hover:underline pointer-coarse:h-11">
          The same as a table
        </summary>
        {isTable && <TrendTable trend={trend} load={load} />}
      </details>
    </>
  );
}

function ChartBones() {
  return (
    <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
      {[1, 2, 3, 4].map((place) => (
        <div key={place} className="h-[252px] card p-4">
          <Bone className="late h-4 w-32" />
        </div>
      ))}
    </div>
  );
}
