import { fileURLToPath } from 'node:url';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import pg from 'pg';
import type { NaiveTask } from './naive-workflow.ts';

const [address, databaseUrl] = process.argv.slice(2);
Runtime.install({ shutdownSignals: [] });
const pool = new pg.Pool({ connectionString: databaseUrl!, max: 16 });

const activities = {
  createTask: async ({ id, title }: NaiveTask): Promise<void> => {
    await pool.query({ name: 'create', text: "INSERT INTO tasks (id, title, state) VALUES ($1, $2, 'open') ON CONFLICT DO NOTHING", values: [id, title] }); // prettier-ignore
  },
  finishTask: async ({ id, outcome }: { id: string; outcome: string }): Promise<void> => {
    await pool.query({ name: 'finish', text: "UPDATE tasks SET state = 'done', outcome = $2 WHERE id = $1", values: [id, outcome] }); // prettier-ignore
  },
};
export type NaiveActivities = typeof activities;

const connection = await NativeConnection.connect({ address: address!, grpcCompression: { codec: 'none' } });
const worker = await Worker.create({
  connection,
  taskQueue: 'naive',
  workflowsPath: fileURLToPath(import.meta.resolve('./naive-workflow.ts')),
  activities,
  // The settings of our own worker.
  maxConcurrentWorkflowTaskExecutions: 20,
  maxConcurrentActivityTaskExecutions: 50,
  maxCachedWorkflows: 1_000,
});
process.once('SIGTERM', () => worker.shutdown());
const running = worker.run();
process.send?.('ready');
await running;
await pool.end();
await connection.close();
if (process.connected) process.disconnect();
