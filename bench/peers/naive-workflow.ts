// A human task as Temporal's tutorials write it: an activity before, a signal, an activity after. Without a deadline, which would cost it more.
import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import type { NaiveActivities } from './naive-worker.ts';

export interface NaiveTask {
  id: string;
  title: string;
}

const { createTask, finishTask } = proxyActivities<NaiveActivities>({ startToCloseTimeout: '10 seconds' });

export async function naiveTask(task: NaiveTask): Promise<string> {
  let outcome: string | undefined;
  setHandler(defineSignal<[string]>('decided'), (decided) => {
    outcome = decided;
  });
  await createTask(task);
  await condition(() => outcome !== undefined);
  await finishTask({ id: task.id, outcome: outcome! });
  return outcome!;
}
