/** What stands above the runs in a report that is begun anew. */
export const introduction = `# Chaos

\`npm run chaos\` starts real API and worker processes on a PostgreSQL of its own (with fsync), each behind a proxy of its own, against the authorization server of \`lab/\`: rotating refresh tokens, and one that comes back ends its whole grant. Accounts are imported through the API; callers read tokens from all API processes the whole time and show some of them to the provider. Meanwhile a nemesis, one fault at a time and now and then two at once,

- kills workers and APIs with \`kill -9\`; they come back after 1 to 5 s
- pauses them (SIGSTOP) for 5 to 45 s: shorter than a lease, and longer
- restarts PostgreSQL, as after a crash or in order, and keeps it away for 0 to 10 s, sometimes for longer than a lease
- cuts the connections of all processes or of one
- swallows the packets of all processes or of one for 3 to 15 s, both ways or the answers alone, and then delivers them late or resets

At the end everything may recover, and then every account is refreshed once more: only that proves that the refresh token in the database is the one that the provider takes. The provider's own book of every token request is compared with the accounts. The exit code is 1 when something did not hold that must hold.

| Option | Default | Means |
|---|---|---|
| \`--accounts\`, \`--seconds\` | 2000, 600 | how many, and how long under attack |
| \`--faults\` | \`all\` | \`all\`, \`database\`, \`none\`, or kinds with commas: \`database_restart\`, \`cut_connections\`, \`swallow\`, \`kill_worker\`, \`kill_api\`, \`pause_worker\`, \`pause_api\`, \`lose_answers\` (the provider's own fault, in neither set) |
| \`--seed\` | drawn | the nemesis' choices; printed |
| \`--apis\`, \`--workers\` | 3, 2 | processes |
| \`--token-seconds\`, \`--provider-ms\`, \`--reads\` | 20, 40, 30 | life of an access token; how long the provider takes; token reads a second |
| \`--own-spools\` | off | every process spools to a directory of its own, as on machines that share no disk |
| \`--report\`, \`--json\`, \`--logs\` | \`docs/chaos.md\` | where this page, all the evidence, and the logs of the processes go |

\`npm test\` runs the short form (\`test/chaos.db.test.ts\`).

## What can be lost, and why

A refresh token that rotates exists twice for a moment: spent at the provider, and new in the memory of the process that asked. Until that process has written it down, there is no other copy.

- **A database fault costs nothing.** The process keeps the sealed answer, on disk and in memory, until the database takes it; whoever wants to refresh the account meanwhile writes what waits on disk first. One gap is left on machines that share no disk, when the database stays away for longer than a lease (\`--own-spools\`; [Architecture](architecture.md)).
- **A process killed between the provider's answer and the write** takes the new token with it. Nobody can know whether the provider had answered, so the old token is tried once more: right where it had not, and the end of the grant where it had and reuse is punished. No software on our side closes this window; its width is the time from the provider's decision to the commit, the way of the answer through the network included.
- **A process frozen for longer than its lease** looks dead to the others. If its answer was on the way, they try the old token; if it was about to send, it sends when it wakes. A provider that punishes reuse ends the grant either way.

Such losses are listed with the fault that caused them: the process that held the account's lease when it was killed or frozen. A loss that no such fault explains is a defect, and so is every other number that the tables say must be 0.
`;
