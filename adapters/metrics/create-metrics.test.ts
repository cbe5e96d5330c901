import { describe, expect, it } from "vitest";
import { definitions, type Definition, type MetricName } from "./definitions.ts";
import { createProcessMetrics } from "./process-metrics.ts";
import { createRegistry } from "./registry.ts";

const line = (text: string, series: string): string | undefined =>
  text
    .split("\n")
    .find((one) => one.startsWith(`${series} `))
    ?.slice(series.length + 1);

describe("the metrics of a process", () => {
  it("stand at zero from the start where their labels are closed, so that a rate sees the first one", async () => {
    const text = await createProcessMetrics("api").text();
    expect(line(text, 'evergrant_token_reads_total{result="needs_reauth"}')).toBe("0");
    expect(line(text, 'evergrant_refreshes_total{reason="rejected_token",outcome="in_doubt"}')).toBe("0");
    expect(line(text, 'evergrant_proxy_requests_total{outcome="failed",status="none"}')).toBe("0");
    expect(line(text, "evergrant_refresh_wait_seconds_count")).toBe("0");
  });

  it("are those of the process: api has no alarms, worker no requests", async () => {
    const names = async (process: "api" | "worker") =>
      [...(await createProcessMetrics(process).text()).matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
    expect(await names("api")).not.toContain("evergrant_scheduled_refreshes_total");
    expect(await names("worker")).not.toContain("evergrant_http_request_seconds");
    for (const process of ["api", "worker"] as const) {
      for (const name of await names(process)) {
        expect((definitions[name as MetricName] as Definition).in, name).toContain(process);
      }
    }
  });

  it("carry HELP and TYPE once each, and nothing of who measured", async () => {
    const text = await createProcessMetrics("api").text();
    expect(text).toContain(`# HELP evergrant_refreshes_total ${definitions.evergrant_refreshes_total.help}\n`);
    expect(text).toContain("# TYPE evergrant_refresh_wait_seconds histogram\n");
    expect(text).not.toMatch(/otel_scope|target_info|# UNIT/);
    const typed = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
    expect(new Set(typed).size).toBe(typed.length);
  });

  it("count requests by template, method and class, with their latency", async () => {
    const { metrics, text } = createProcessMetrics("api");
    const count = metrics.requestsTo("/api/v1/integrated-accounts/:id", "GET");
    count(200, 0.004);
    count(204, 0.2);
    count(503, 40);
    metrics.requestsTo("unmatched", "PROPFIND")(404, 0.001);
    const all = await text();
    const of = (status: string): string =>
      `evergrant_http_requests_total{route="/api/v1/integrated-accounts/:id",method="GET",status="${status}"}`;
    expect([line(all, of("2xx")), line(all, of("5xx"))]).toEqual(["2", "1"]);
    const seconds = 'evergrant_http_request_seconds_bucket{route="/api/v1/integrated-accounts/:id",method="GET",le=';
    expect([0.0025, 0.005, 0.25].map((le) => line(all, `${seconds}"${le}"}`))).toEqual(["0", "1", "2"]);
    expect(line(all, `${seconds}"+Inf"}`)).toBe("3");
    // A method is the caller's to invent.
    expect(line(all, 'evergrant_http_requests_total{route="unmatched",method="other",status="4xx"}')).toBe("1");
  });

  it("count calls through the proxy: outcome, latency, our own share, bytes each way, rejected tokens", async () => {
    const { metrics, text } = createProcessMetrics("api");
    const call = { seconds: 0.3, overheadSeconds: 0.002, bytesIn: 1_000, bytesOut: 50 };
    metrics.proxied({ outcome: "replayed", statusClass: "2xx", ...call });
    metrics.proxied({ outcome: "failed", statusClass: null, ...call, bytesIn: 0 });
    metrics.proxyTokenRejected("refreshed");
    const all = await text();
    expect(line(all, 'evergrant_proxy_requests_total{outcome="replayed",status="2xx"}')).toBe("1");
    expect(line(all, 'evergrant_proxy_requests_total{outcome="failed",status="none"}')).toBe("1");
    expect(line(all, "evergrant_proxy_request_seconds_sum")).toBe("0.6");
    expect(line(all, 'evergrant_proxy_overhead_seconds_bucket{le="0.0025"}')).toBe("2");
    expect(line(all, 'evergrant_proxy_bytes_total{direction="in"}')).toBe("1000");
    expect(line(all, 'evergrant_proxy_bytes_total{direction="out"}')).toBe("100");
    expect(line(all, 'evergrant_proxy_rejected_tokens_total{result="refreshed"}')).toBe("1");
  });

  it("name at most a hundred integrations, and count the rest together", async () => {
    const { metrics, text } = createProcessMetrics("worker");
    const told = (name: string) =>
      metrics.refreshEnded({ reason: "alarm", outcome: "refreshed", integrationName: name });
    for (let index = 0; index < 130; index += 1) told(`crm-${index}`);
    told("crm-0");
    const all = await text();
    expect(line(all, 'evergrant_integration_refreshes_total{integration="crm-0",result="refreshed"}')).toBe("2");
    expect(line(all, 'evergrant_integration_refreshes_total{integration="other",result="refreshed"}')).toBe("30");
    expect(all.match(/^evergrant_integration_refreshes_total\{/gm)).toHaveLength(101);
    expect(line(all, 'evergrant_refreshes_total{reason="alarm",outcome="refreshed"}')).toBe("131");
  });

  it("tell the age of the latest sweep once there was one", async () => {
    const { metrics, text } = createProcessMetrics("worker");
    expect(await text()).not.toContain("evergrant_sweep_age_seconds");
    metrics.swept();
    expect(Number(line(await text(), "evergrant_sweep_age_seconds"))).toBeLessThan(5);
  });
});

describe("a registry", () => {
  it("shares one series among what a label should never have held", async () => {
    const registry = createRegistry();
    for (let index = 0; index < 3_000; index += 1) {
      registry.count("evergrant_http_requests_total", `/by-mistake/${index}`, "GET", "2xx").value += 1;
    }
    const [metric] = await registry.collect();
    expect(metric?.dataPoints).toHaveLength(2_001);
    expect(metric?.dataPoints.at(-1)).toMatchObject({ attributes: { route: "other", status: "other" }, value: 1_000 });
  });

  it("leaves out a gauge that can't be read, and tells the rest", async () => {
    const registry = createRegistry();
    registry.read(() => Promise.reject(new Error("away")));
    registry.read(() => ({ evergrant_accounts_held: [[[], 3]] }));
    expect((await registry.collect()).map(({ descriptor }) => descriptor.name)).toEqual(["evergrant_accounts_held"]);
  });

  it("refuses labels that a metric does not have", () => {
    expect(() => createRegistry().count("evergrant_http_requests_total", "GET")).toThrow(/other labels/);
  });
});
