import { concurrentDecisions } from './concurrent-decisions.ts';
import { duplicateWebhooks } from './duplicate-webhooks.ts';
import { stateMachine } from './state-machine.ts';
import type { Suite } from './suite.ts';
import { workerKill } from './worker-kill.ts';
import { zombieWorker } from './zombie-worker.ts';

export const suites: readonly Suite[] = [
  stateMachine,
  duplicateWebhooks,
  concurrentDecisions,
  workerKill,
  zombieWorker,
];
