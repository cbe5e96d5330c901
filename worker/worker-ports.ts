import type { Container } from "#adapters/container";

/** What the tasks are made with. */
export type WorkerPorts = Container;
